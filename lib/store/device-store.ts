/** The list of remembered devices as the pages show it, and the ring at one of them. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  changeDevice,
  devices,
  forgetDevice,
  MAX_DEVICE_NAME,
  watchDevices,
  type Device,
} from '../session/devices/device-list.ts';
import type { DeviceWatch, DeviceWatchOptions } from '../session/devices/device-watch.ts';
import type { DeviceCall, ProblemCode } from '../session/model.ts';

export interface DeviceState {
  devices: readonly Device[];
  /** The one that is being rung. */
  ringing: string | undefined;
  /** Why the last ring led nowhere. */
  problem: { readonly device: string; readonly code: ProblemCode } | undefined;
  /** The page can be rung. */
  present: boolean;
}

/** State of the list, and what the person can do there. */
export interface DeviceStore extends StoreApi<DeviceState> {
  /**
   * Waits for rings until the function returned is called. `call`: a device has rung, or was rung and is
   * there.
   */
  open(
    options: Pick<DeviceWatchOptions, 'role' | 'server'>,
    call: (call: DeviceCall) => Promise<void>,
  ): () => void;
  /** Rings; what follows is a `call`, or a problem. */
  connect(device: string): Promise<void>;
  rename(device: string, name: string): void;
  setAcceptAll(device: string, on: boolean): void;
  forget(device: string): void;
}

/** @param makeWatch called when a page opens the list: its code is loaded then */
export function createDeviceStore(
  makeWatch: (options: DeviceWatchOptions) => Promise<DeviceWatch>,
): DeviceStore {
  const store = createStore<DeviceState>(() => ({
    devices: devices(),
    ringing: undefined,
    problem: undefined,
    present: false,
  }));
  // For as long as the page lives.
  watchDevices(() => store.setState({ devices: devices() }));
  let watch: Promise<DeviceWatch> | undefined;
  let called: (call: DeviceCall) => Promise<void> = () => Promise.resolve();

  return {
    ...store,
    open(options, call) {
      called = call;
      const made = makeWatch({
        ...options,
        rung: (one) => void call(one),
        changed: (present) => store.setState({ present }),
      });
      // Without it the list can still be changed.
      made.catch(() => undefined);
      watch = made;
      return () => {
        if (watch === made) watch = undefined;
        store.setState({ present: false, ringing: undefined });
        made.then((one) => one.close()).catch(() => undefined);
      };
    },
    async connect(device) {
      if (store.getState().ringing !== undefined) return;
      store.setState({ ringing: device, problem: undefined });
      await alone(device, async () => {
        const asked = watch;
        const answer = await asked?.then((one) => one.ring(device)).catch(() => undefined);
        // The page went away from the list.
        if (asked !== watch) return;
        store.setState({ ringing: undefined });
        if (typeof answer === 'object') await called(answer);
        else store.setState({ problem: { device, code: answer ?? 'page-outdated' } });
      });
    },
    rename: (device, name) => void changeDevice(device, { name: name.slice(0, MAX_DEVICE_NAME) }),
    setAcceptAll: (device, acceptAll) => void changeDevice(device, { acceptAll }),
    forget(device) {
      forgetDevice(device);
      store.setState({ problem: undefined });
    },
  };
}

/**
 * Of two tabs that ring at one device the second waits until the first is through: with the secret that the
 * first one uses up it would be taken for a copy (P-144). Only a secure page can know of other tabs.
 */
async function alone(device: string, act: () => Promise<void>): Promise<void> {
  const { locks } = globalThis.navigator ?? {};
  if (locks === undefined) await act();
  else await locks.request(`tessera:device:${device}`, act);
}
