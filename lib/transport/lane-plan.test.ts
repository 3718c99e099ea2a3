import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanePlan } from './lane-plan.ts';
import { MAX_LANES_OPENING, LANES_PER_TURN, MAX_RETRY_MS, RETRY_MS } from './limits.ts';

/** Runs the plan until it wants nothing more now; every lane it opens, opens. */
function settle(plan: LanePlan, now = 0): { open: number[]; close: number[] } {
  const all = { open: [] as number[], close: [] as number[] };
  for (let turn = 0; turn < 1000; turn++) {
    const { open, close } = plan.next(now);
    if (open.length + close.length === 0) return all;
    all.open.push(...open);
    all.close.push(...close);
    for (const lane of open) plan.opened(lane);
  }
  throw new Error('the plan never settles');
}

describe('the lane plan', () => {
  test('opens what the target lacks beside lane 1, a few a turn', () => {
    const plan = new LanePlan(192);
    plan.setTarget(10);
    expect(plan.next(0)).toEqual({ open: [2, 3, 4, 5], close: [] });
    expect(plan.nextTimeout(0)).toBe(0);
    expect(plan.next(0).open).toEqual([6, 7, 8, 9]);
    expect(plan.next(0).open).toEqual([10]);
    expect(plan.nextTimeout(0)).toBeUndefined();
  });

  test('[P-10] keeps no more handshakes open than it may', () => {
    const plan = new LanePlan(192);
    plan.setTarget(128);
    let opening = 0;
    for (let turn = 0; turn < 100; turn++) opening += plan.next(0).open.length;
    expect(opening).toBe(MAX_LANES_OPENING);
    plan.opened(2);
    plan.opened(3);
    expect(plan.next(0).open).toHaveLength(2);
  });

  test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])(
    'takes a target of %d as something sensible',
    (target) => {
      const plan = new LanePlan(8);
      plan.setTarget(target);
      expect(plan.target).toBe(1);
      plan.setTarget(1000);
      expect(plan.target).toBe(8);
      expect(settle(plan).open).toHaveLength(7);
    },
  );

  test('begins and closes nothing while held, and goes on afterwards', () => {
    const plan = new LanePlan(192);
    plan.setTarget(10);
    expect(plan.next(0).open).toEqual([2, 3, 4, 5]);
    plan.setTarget(10, true);
    plan.opened(2);
    expect(plan.next(0)).toEqual({ open: [], close: [] });
    expect(plan.nextTimeout(0)).toBeUndefined();
    plan.setTarget(1, true);
    expect(plan.next(0)).toEqual({ open: [], close: [] });
    plan.setTarget(10);
    expect(plan.next(0).open).toEqual([6, 7, 8, 9]);
  });

  test('closes the newest when the target falls, opening ones included, and never lane 1', () => {
    const plan = new LanePlan(192);
    plan.setTarget(4);
    settle(plan);
    plan.setTarget(7);
    expect(plan.next(0).open).toEqual([5, 6, 7]);
    plan.setTarget(3);
    expect(plan.next(0).close.sort((a, b) => a - b)).toEqual([4, 5, 6, 7]);
    plan.setTarget(1);
    expect(plan.next(0).close.sort((a, b) => a - b)).toEqual([2, 3]);
  });

  test('[P-10] waits longer after each lane that fails to open, and not at all once one has opened', () => {
    const plan = new LanePlan(192);
    plan.setTarget(2);
    let now = 0;
    for (let failure = 0; failure < 10; failure++) {
      const [lane] = plan.next(now).open;
      plan.closed(lane!, now);
      const wait = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** failure);
      expect(plan.next(now).open).toEqual([]);
      expect(plan.nextTimeout(now)).toBe(now + wait);
      now += wait;
    }
    const [lane] = plan.next(now).open;
    plan.opened(lane!);
    plan.closed(lane!, now);
    expect(plan.next(now).open).toHaveLength(1);
  });

  test('[P-9] never gives a number twice and settles at the target, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('target' as const), value: fc.integer({ min: -1, max: 40 }) }),
      fc.record({ kind: fc.constantFrom('opened', 'closed'), value: fc.nat({ max: 60 }) }),
      fc.record({ kind: fc.constant('time' as const), value: fc.nat({ max: 40_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const plan = new LanePlan(24);
        const given = new Set<number>();
        const standing = new Set<number>();
        let now = 0;
        const take = ({ open, close }: { open: number[]; close: number[] }) => {
          expect(open.length).toBeLessThanOrEqual(LANES_PER_TURN);
          for (const lane of open) {
            expect(given.has(lane)).toBe(false);
            given.add(lane);
            standing.add(lane);
          }
          for (const lane of close) standing.delete(lane);
        };
        for (const { kind, value } of steps) {
          if (kind === 'target') plan.setTarget(value);
          if (kind === 'opened') plan.opened(value);
          if (kind === 'time') now += value;
          if (kind === 'closed') {
            plan.closed(value, now);
            standing.delete(value);
          }
          take(plan.next(now));
        }
        now += MAX_RETRY_MS;
        for (let turn = 0; turn < 100; turn++) {
          for (const lane of standing) plan.opened(lane);
          take(plan.next(now));
        }
        expect(standing.size).toBe(plan.target - 1);
      }),
    );
  });
});
