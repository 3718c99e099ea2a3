import * as fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { makeBond } from '../pairing/bond.ts';
import { seededRandom } from '../pairing/test-random.ts';
import {
  changeDevice,
  deviceOf,
  devices,
  forgetDevice,
  keepBond,
  keepDevice,
  MAX_DEVICES,
  watchDevices,
  type Device,
} from './device-list.ts';
import { DEVICES_KEY, hasDevices } from './has-devices.ts';

const random = seededRandom('list');
const device = (n: number): Device => ({
  id: n.toString(16).padStart(16, '0'),
  name: `Device ${n}`,
  acceptAll: false,
  bond: makeBond('host', random(32), random(32)),
});

const kept = new Map<string, string>();
let heard: ((event: { key: string | null }) => void) | undefined;
beforeEach(() => {
  kept.clear();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('addEventListener', (_: string, listener: typeof heard) => (heard = listener));
  vi.stubGlobal('removeEventListener', () => (heard = undefined));
});

test('[P-143] a bond is read back as it was written, each of its secrets', () => {
  const one = device(1);
  expect(hasDevices()).toBe(false);
  expect(keepDevice(one)).toBe(true);
  expect(devices()).toEqual([one]);
  expect(hasDevices()).toBe(true);
  const bond = { ...one.bond, previous: random(32), retired: random(32) };
  changeDevice(one.id, { bond, acceptAll: true });
  expect(deviceOf(one.id)).toEqual({ ...one, bond, acceptAll: true });
});

test('what is forgotten is gone, and is not brought back by a later change', () => {
  keepDevice(device(1));
  keepDevice(device(2));
  forgetDevice(device(1).id);
  changeDevice(device(1).id, { name: 'x' });
  expect(devices().map(({ name }) => name)).toEqual(['Device 2']);
  forgetDevice(device(2).id);
  expect([kept.size, hasDevices()]).toEqual([0, false]);
});

test('[P-143] a device whose next secret cannot be written is forgotten: it would be taken for a copy', () => {
  keepDevice(device(1));
  keepDevice(device(2));
  const most = [...kept.values()].join('').length;
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > most) throw new Error('QuotaExceededError');
      kept.set(key, value);
    },
  });
  const bond = { ...device(1).bond, previous: random(32) };
  expect(changeDevice(device(1).id, { bond })).toBe(false);
  expect(devices()).toHaveLength(2);
  keepBond(device(1).id, bond);
  expect(devices().map(({ name }) => name)).toEqual(['Device 2']);
});

test('a full list takes no further device, and changes those it has', () => {
  for (let n = 0; n < MAX_DEVICES; n++) expect(keepDevice(device(n))).toBe(true);
  expect(keepDevice(device(99))).toBe(false);
  changeDevice(device(3).id, { name: 'Phone' });
  expect(devices()).toHaveLength(MAX_DEVICES);
  expect(deviceOf(device(3).id)?.name).toBe('Phone');
});

test('this tab and others hear of a change, of this list alone', () => {
  let changes = 0;
  const unwatch = watchDevices(() => (changes += 1));
  keepDevice(device(1));
  expect(changes).toBe(1);
  heard?.({ key: 'tessera.settings' });
  heard?.({ key: DEVICES_KEY });
  heard?.({ key: null });
  expect(changes).toBe(3);
  unwatch();
  keepDevice(device(2));
  expect(changes).toBe(3);
});

test('whatever lies in storage is an entry or none, and storage that is off keeps nothing', () => {
  keepDevice(device(1));
  const [good] = JSON.parse(kept.get(DEVICES_KEY)!) as unknown[];
  fc.assert(
    fc.property(fc.jsonValue(), (any) => {
      kept.set(DEVICES_KEY, JSON.stringify([any, good]));
      expect(devices().map(({ name }) => name)).toEqual(['Device 1']);
      kept.set(DEVICES_KEY, JSON.stringify(any));
      expect(devices()).toEqual([]);
    }),
  );
  for (const text of ['', 'x', '{']) {
    kept.set(DEVICES_KEY, text);
    expect(devices()).toEqual([]);
  }
  vi.stubGlobal('localStorage', undefined);
  expect([devices(), keepDevice(device(1)), hasDevices()]).toEqual([[], false, false]);
});
