/**
 * Waits for a ring of any remembered device, and rings one: one connection to the server and one message to
 * it for all of them, renewed when the ids change (P-142).
 */
import { createSignalingClient, SignalingError } from '../connection/signaling-client.ts';
import type { DeviceCall, ProblemCode, Role } from '../model.ts';
import { idsToRing, ownIds, windowsChangeAt } from '../pairing/bond-ids.ts';
import { deviceOf, devices, watchDevices } from './device-list.ts';

/**
 * The windows are the same for everyone: a page announces up to this much later (ms), so that not all do at
 * once. Of the ten minutes by which two clocks may differ it takes one.
 */
const SPREAD_MS = 60_000;
/** The server could not take the ids: it is asked again after this (ms). */
const AGAIN_MS = 30_000;

/** A person who switches between tabs costs the server a message in this time (ms). */
const SHOWN_MS = 10_000;

/** What a page waits with. */
export interface DeviceWatchOptions {
  readonly role: Role;
  /** Address of the signaling server, `https://host[:port][/path]`. */
  readonly server: string;
  /** A remembered device has rung here. */
  readonly rung: (call: DeviceCall) => void;
  /** `present`: the server holds the ids, and this page can be rung. */
  readonly changed: (present: boolean) => void;
}

/** A page that waits for rings, until `close`. */
export interface DeviceWatch {
  /** A call that both can follow, or why there is none. Never rejects. */
  ring(device: string): Promise<DeviceCall | ProblemCode>;
  close(): void;
}

/** Connects at once, and until `close`. */
export function createDeviceWatch({ role, server, rung, changed }: DeviceWatchOptions): DeviceWatch {
  let calls = new Map<string, DeviceCall>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let online = false;
  let closed = false;
  let shownAt = -Infinity;
  /** What the server holds. */
  let announced = '';

  const client = createSignalingClient({
    server,
    onOnline: (now) => {
      online = now;
      announced = '';
      changed(false);
      if (now) void announce();
    },
    onRing: (id) => {
      const call = calls.get(id);
      if (call !== undefined) rung(call);
    },
    onPaired: () => {},
    onMessage: () => {},
    onPeerLeft: () => {},
    onExpired: () => {},
  });

  async function announce(): Promise<void> {
    clearTimeout(timer);
    if (closed) return;
    const now = Date.now();
    const fresh = new Map<string, DeviceCall>(
      devices().flatMap(({ id: device, bond }) =>
        ownIds(bond, role, now).map(({ id, generation, window }) => [
          id,
          { device, generation, window, rung: 'here' },
        ]),
      ),
    );
    timer = setTimeout(() => void announce(), windowsChangeAt(now) - now + Math.random() * SPREAD_MS);
    const ids = [...fresh.keys()];
    // Until the server has these instead it may ring at those of before. They are no sign of a copy.
    calls = new Map([...fresh, ...calls]);
    // A new connection leads here again; a new name of a device is nothing to announce.
    if (!online || announced === ids.join()) return;
    announced = ids.join();
    try {
      await client.present(ids);
      if (announced !== ids.join()) return;
      calls = fresh;
      if (!closed) changed(true);
    } catch {
      if (closed) return;
      announced = '';
      clearTimeout(timer);
      timer = setTimeout(() => void announce(), AGAIN_MS);
    }
  }

  /** Of several tabs the one that is looked at is rung; and timers of a hidden page are late. */
  const onVisible = (): void => {
    if (document.visibilityState !== 'visible' || performance.now() < shownAt + SHOWN_MS) return;
    shownAt = performance.now();
    announced = '';
    void announce();
  };
  /** What lay in a cache has lost its socket. */
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) client.renew();
  };
  document.addEventListener('visibilitychange', onVisible);
  addEventListener('pageshow', onShow);
  const unwatch = watchDevices(() => void announce());

  return {
    async ring(device) {
      const known = deviceOf(device);
      if (known === undefined) return 'device-away';
      const ids = idsToRing(known.bond, role, Date.now());
      try {
        const place = ids[await client.ring(ids.map(({ id }) => id))];
        if (place === undefined) return 'device-away';
        return { device, generation: place.generation, window: place.window, rung: 'there' };
      } catch (error) {
        return error instanceof SignalingError ? error.code : 'server-away';
      }
    },
    close() {
      closed = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
      removeEventListener('pageshow', onShow);
      unwatch();
      client.close();
    },
  };
}
