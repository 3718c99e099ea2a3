import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Role } from '../model.ts';
import { advanceBond, makeBond, meetingOf, settleBond, type Bond, type Generation } from './bond.ts';
import { CLOCK_MS, idsToRing, ownIds, WINDOW_MS, windowsAt, windowsChangeAt } from './bond-ids.ts';
import { sessionKeys } from './session-keys.ts';
import { seededRandom } from './test-random.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const NOW = Date.UTC(2026, 10, 27, 12, 7);
const random = seededRandom('bond');
const [half, other] = [random(32), random(32)] as const;
const begin = () => ({ host: makeBond('host', half, other), guest: makeBond('guest', half, other) });
let pairings = 0;
const freshKeys = () => sessionKeys(seededRandom(`pairing ${(pairings += 1)}`)(64));

/** Which secret of the callee's a ring leads to, and which one of the caller's; `undefined`: not found. */
function ring(caller: Bond, callee: Bond, now = NOW): { here: Generation; there: Generation } | undefined {
  const waiting = ownIds(callee, 'receiver', now);
  for (const rung of idsToRing(caller, 'sender', now)) {
    const found = waiting.find(({ id }) => id === rung.id);
    if (found === undefined) continue;
    expect(meetingOf(caller, rung, caller.party)).toEqual(meetingOf(callee, found, caller.party));
    return { here: rung.generation, there: found.generation };
  }
  return undefined;
}

test('[P-141] both sides have the same secret, and each rings where the other waits', () => {
  const { host, guest } = begin();
  expect(host.current).toEqual(guest.current);
  expect(makeBond('host', half, random(32)).current).not.toEqual(host.current);
  expect(ring(host, guest)).toEqual({ here: 'current', there: 'current' });
  expect(ring(guest, host)).toEqual({ here: 'current', there: 'current' });
  // Nobody rings itself, and a page of the other role is not taken for one of this.
  const own = new Set(ownIds(host, 'sender', NOW).map(({ id }) => id));
  expect(idsToRing(host, 'sender', NOW).some(({ id }) => own.has(id))).toBe(false);
  const [first] = idsToRing(host, 'sender', NOW);
  expect(ownIds(guest, 'receiver', NOW).map(({ id }) => id)).toContain(first?.id);
  expect(ownIds(guest, 'sender', NOW).map(({ id }) => id)).not.toContain(first?.id);
});

/**
 * One meeting, step by step, as the machines take it; what was written survives a crash. After the step
 * named, both pages crash.
 */
const STEPS = ['nothing', 'host writes', 'guest writes', 'host settles'] as const;
type Step = (typeof STEPS)[number];

function meet(host: Bond, guest: Bond, used: { host: Generation; guest: Generation }, until: Step) {
  const keys = freshKeys();
  let [h, g] = [host, guest];
  for (const step of STEPS) {
    if (step === 'host writes') h = advanceBond(h, used.host, keys);
    if (step === 'guest writes') g = advanceBond(g, used.guest, keys);
    if (step === 'host settles') h = settleBond(h);
    if (step === until) break;
  }
  return { host: h, guest: g };
}

/** All ways in which `count` meetings can end. */
function histories(count: number): Step[][] {
  return count === 0 ? [[]] : histories(count - 1).flatMap((one) => STEPS.map((step) => [...one, step]));
}

test('[P-143] wherever both crash, several times in a row, they find each other again, and no one is taken for a copy', () => {
  for (const history of histories(LONG ? 5 : 3)) {
    let { host, guest } = begin();
    const over = new Set<string>();
    for (const until of history) {
      for (const [caller, callee] of [
        [host, guest],
        [guest, host],
      ] as const) {
        const met = ring(caller, callee);
        expect(met, history.join()).toBeDefined();
        expect(met!.here, history.join()).not.toBe('retired');
        expect(met!.there, history.join()).not.toBe('retired');
      }
      const met = ring(host, guest)!;
      const place = meetingOf(guest, { generation: met.there, window: 1 }, 'host')!.id;
      expect(over.has(place)).toBe(false);
      const before = guest;
      ({ host, guest } = meet(host, guest, { host: met.here, guest: met.there }, until));
      // Both were confirmed: the secret is used up.
      if (guest !== before) over.add(place);
    }
    expect(ring(host, guest), history.join()).toBeDefined();
  }
});

test('[P-144] a copy is noticed by the other device when it comes with the secret before, whoever came first', () => {
  for (const copied of ['host', 'guest'] as const) {
    const { host, guest } = begin();
    const bonds = { host, guest };
    const copy = bonds[copied];
    const whole = meet(host, guest, { host: 'current', guest: 'current' }, 'host settles');
    const honest = copied === 'host' ? whole.guest : whole.host;
    expect(ring(copy, honest)?.there).toBe('retired');
    // One that stayed away for longer finds no one.
    const used = { host: 'current', guest: 'current' } as const;
    const later = meet(whole.host, whole.guest, used, 'host settles');
    expect(ring(copy, copied === 'host' ? later.guest : later.host)).toBeUndefined();
  }
});

test('[P-144] two that are rung by nobody, each at the secret that both have retired, go to two places', () => {
  const { host, guest } = begin();
  const whole = meet(host, guest, { host: 'current', guest: 'current' }, 'host settles');
  const place = { generation: 'retired', window: 1 } as const;
  expect(whole.host.retired).toEqual(whole.guest.retired);
  // Each takes the other one for the caller.
  expect(meetingOf(whole.host, place, 'guest')!.id).not.toBe(meetingOf(whole.guest, place, 'host')!.id);
});

test('[P-142] devices whose clocks differ by ten minutes find each other, at every moment', () => {
  const { host, guest } = begin();
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 * WINDOW_MS }),
      fc.integer({ min: -2 * CLOCK_MS, max: 2 * CLOCK_MS }),
      (after, off) => {
        const now = NOW + after;
        const waiting = new Set(ownIds(guest, 'receiver', now + off).map(({ id }) => id));
        return idsToRing(host, 'sender', now).some(({ id }) => waiting.has(id));
      },
    ),
    { numRuns: 100 },
  );
});

test('[P-142] ids change with the quarter of an hour, and none is shared between roles, parties or secrets', () => {
  const { host, guest } = begin();
  const seen = new Set<string>();
  let count = 0;
  for (let quarter = 0; quarter < 8; quarter++) {
    // In the middle of a quarter there is one of each.
    const now = (Math.floor(NOW / WINDOW_MS) + quarter + 0.5) * WINDOW_MS;
    expect(windowsAt(now)).toHaveLength(1);
    for (const bond of [host, guest, advanceBond(guest, 'current', sessionKeys(random(64)))]) {
      for (const role of ['sender', 'receiver'] as Role[]) {
        for (const { id, generation } of ownIds(bond, role, now)) {
          if (generation === 'retired') continue;
          seen.add(id);
          count += 1;
          expect(id).toMatch(/^[\w-]{22}$/);
        }
      }
    }
  }
  expect(seen.size).toBe(count);
});

test('[P-142] the moment at which ids change is known ahead', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 * WINDOW_MS }), (after) => {
      const now = NOW + after;
      const at = windowsChangeAt(now);
      expect(at).toBeGreaterThan(now);
      expect(windowsAt(at - 1)).toEqual(windowsAt(now));
      expect(windowsAt(at)).not.toEqual(windowsAt(now));
    }),
  );
});
