/** Two pages that wait and ring, over a real server. One browser that remembers itself stands for both. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../../signaling/test-server.ts';
import type { DeviceCall, Role } from '../model.ts';
import { makeBond } from '../pairing/bond.ts';
import { changeDevice, forgetDevice, keepDevice } from './device-list.ts';
import { createDeviceWatch, type DeviceWatch } from './device-watch.ts';

const PATIENCE = { timeout: 15_000, interval: 10 };
const HOST = '0'.repeat(16);
const GUEST = '1'.repeat(16);

let server: TestServer;
const watches: DeviceWatch[] = [];
let visible: () => void = () => {};

beforeEach(async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('document', {
    visibilityState: 'visible',
    addEventListener: (_: string, listener: () => void) => (visible = listener),
    removeEventListener: () => {},
  });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('removeEventListener', () => {});
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  keepDevice({ id: HOST, name: 'host', acceptAll: false, bond: makeBond('host', one, two) });
  keepDevice({ id: GUEST, name: 'guest', acceptAll: false, bond: makeBond('guest', one, two) });
  server = await startTestServer();
});
afterEach(async () => {
  for (const watch of watches.splice(0)) watch.close();
  await server.close();
  vi.unstubAllGlobals();
});

/** A page with the list open, once it can be rung. */
async function page(role: Role) {
  const calls: DeviceCall[] = [];
  const presence: boolean[] = [];
  const watch = createDeviceWatch({
    role,
    server: server.origin,
    rung: (call) => calls.push(call),
    changed: (present) => presence.push(present),
  });
  watches.push(watch);
  await expect.poll(() => presence.at(-1), PATIENCE).toBe(true);
  return { watch, calls, presence };
}

test('[P-142] a ring reaches the page of the other role, and both know the same place', async () => {
  const sender = await page('sender');
  expect(await sender.watch.ring(HOST)).toMatchObject({ device: HOST });
  // That was the page of its own role, which can only say so: there is no other.
  await expect.poll(() => sender.calls.length, PATIENCE).toBe(1);
  const receiver = await page('receiver');
  const rung = await sender.watch.ring(HOST);
  if (typeof rung !== 'object') throw new Error(rung);
  await expect.poll(() => receiver.calls.length, PATIENCE).toBe(1);
  expect(rung).toMatchObject({ device: HOST, generation: 'current', rung: 'there' });
  expect(receiver.calls[0]).toEqual({ ...rung, device: GUEST, rung: 'here' });
  expect(sender.calls).toHaveLength(1);
});

test('[P-142] a page that is gone, or has forgotten the device, is not there', async () => {
  const [sender, receiver] = [await page('sender'), await page('receiver')];
  const ring = () => sender.watch.ring(GUEST);
  expect(await ring()).toMatchObject({ device: GUEST });
  forgetDevice(HOST);
  expect(await sender.watch.ring(HOST)).toBe('device-away');
  // The guest's entry is left, and no page has the host's.
  await expect.poll(ring, PATIENCE).toBe('device-away');
  expect(await receiver.watch.ring(GUEST)).toBe('device-away');
});

test('[P-142] a new name is nothing to announce; a page that is seen again, and a new connection, announce once more', async () => {
  const one = await page('sender');
  const two = await page('receiver');
  changeDevice(HOST, { name: 'another' });
  visible();
  await expect.poll(() => two.presence.length, PATIENCE).toBe(3);
  expect(one.presence).toHaveLength(2);
  await server.stop();
  await expect.poll(() => one.presence.at(-1), PATIENCE).toBe(false);
  server = await startTestServer({}, server.port);
  await expect.poll(() => one.presence.at(-1), PATIENCE).toBe(true);
});
