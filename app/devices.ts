/** The remembered devices, one store for all pages. */
import { createDeviceStore, type DeviceStore } from '../lib/store/device-store.ts';
import { makeDeviceWatch } from './make-session.ts';

let store: DeviceStore | undefined;

/** On the page alone: the prerendered one has no list. */
export function deviceStore(): DeviceStore {
  store ??= createDeviceStore(makeDeviceWatch);
  return store;
}
