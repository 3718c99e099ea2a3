/**
 * The devices that this browser remembers, in local storage: what is written there is kept before the next
 * message leaves, which a bond needs (`pairing/bond.ts`). Read anew each time, since other tabs write it too.
 */
import * as v from 'valibot';
import { toHex } from '../../checksum/hex.ts';
import type { Bond } from '../pairing/bond.ts';
import { fromBase64Url, toBase64Url } from '../pairing/bytes.ts';
import { KEY_BYTES } from '../pairing/limits.ts';
import { DEVICES_KEY } from './has-devices.ts';

/** Longest list: ids of all of them fit into one message to the server, and a person still finds one. */
export const MAX_DEVICES = 20;
/** Longest name of an entry, in UTF-16 units. */
export const MAX_DEVICE_NAME = 60;

/** An entry of the list. */
export interface Device {
  /** Random, known to this browser alone. */
  readonly id: string;
  readonly name: string;
  /** Everything that it offers is accepted without asking. */
  readonly acceptAll: boolean;
  readonly bond: Bond;
}

const secretSchema = v.pipe(
  v.string(),
  v.transform((text) => fromBase64Url(text, KEY_BYTES)),
  v.instance(Uint8Array),
);
const deviceSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  name: v.pipe(v.string(), v.maxLength(MAX_DEVICE_NAME)),
  acceptAll: v.boolean(),
  bond: v.object({
    party: v.picklist(['host', 'guest']),
    current: secretSchema,
    previous: v.exactOptional(secretSchema),
    retired: v.exactOptional(secretSchema),
  }),
});

/** In the order in which they were remembered. */
export function devices(): readonly Device[] {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(DEVICES_KEY) ?? '[]');
  } catch {
    // Storage is off, or holds something else.
  }
  return Array.isArray(stored) ? stored.flatMap(readDevice).slice(0, MAX_DEVICES) : [];
}

function readDevice(stored: unknown): Device[] {
  const parsed = v.safeParse(deviceSchema, stored);
  return parsed.success ? [parsed.output] : [];
}

/** The entry of that name, as it is now. */
export const deviceOf = (id: string | undefined): Device | undefined =>
  id === undefined ? undefined : devices().find((device) => device.id === id);

/** A new entry, or what is new about one. `false`: nothing is kept, since storage is off or the list full. */
export function keepDevice(device: Device): boolean {
  const before = devices();
  const known = before.some(({ id }) => id === device.id);
  if (!known && before.length >= MAX_DEVICES) return false;
  const kept = { ...device, name: device.name.slice(0, MAX_DEVICE_NAME) };
  return write(known ? before.map((one) => (one.id === device.id ? kept : one)) : [...before, kept]);
}

/** Nothing if it was forgotten meanwhile. `false`: it could not be written, and is what it was. */
export function changeDevice(id: string, part: Partial<Omit<Device, 'id'>>): boolean {
  const device = deviceOf(id);
  return device === undefined || keepDevice({ ...device, ...part });
}

/**
 * After each meeting. Where it cannot be written the device is forgotten: with the secret of before it would
 * be taken for a copy next time (P-144).
 */
export function keepBond(id: string, bond: Bond): void {
  if (!changeDevice(id, { bond })) forgetDevice(id);
}

/** Takes an entry off the list, with its secrets. */
export function forgetDevice(id: string): void {
  write(devices().filter((device) => device.id !== id));
}

/** A name for a new entry. */
export const newDeviceId = (): string => toHex(crypto.getRandomValues(new Uint8Array(8)));

function write(list: readonly Device[]): boolean {
  try {
    if (list.length === 0) localStorage.removeItem(DEVICES_KEY);
    else localStorage.setItem(DEVICES_KEY, JSON.stringify(list.map(stored)));
  } catch {
    return false;
  }
  for (const listener of listeners) listener();
  return true;
}

const stored = (device: Device) => {
  const { party, current, previous, retired } = device.bond;
  return {
    ...device,
    bond: {
      party,
      current: toBase64Url(current),
      ...(previous === undefined ? {} : { previous: toBase64Url(previous) }),
      ...(retired === undefined ? {} : { retired: toBase64Url(retired) }),
    },
  };
};

const listeners = new Set<() => void>();

/**
 * Calls back when the list is another one, by this tab or by another.
 *
 * @returns ends the watch
 */
export function watchDevices(changed: () => void): () => void {
  const onStorage = ({ key }: StorageEvent): void => {
    // `null`: all of it was cleared.
    if (key === DEVICES_KEY || key === null) changed();
  };
  listeners.add(changed);
  addEventListener('storage', onStorage);
  return () => {
    listeners.delete(changed);
    removeEventListener('storage', onStorage);
  };
}
