import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timers } from './timers.ts';

test('runs due timers earliest first and leaves them unset', () => {
  const timers = new Timers();
  const ran: string[] = [];
  const late = timers.add(() => ran.push('late'));
  const soon = timers.add(() => ran.push('soon'));
  timers.set(late, 20);
  timers.set(soon, 10);
  expect(timers.nextTimeout()).toBe(10);
  timers.handleTimeout(9.9);
  expect(ran).toEqual([]);
  timers.handleTimeout(20);
  expect(ran).toEqual(['soon', 'late']);
  expect(timers.isSet(soon)).toBe(false);
  expect(timers.nextTimeout()).toBeUndefined();
});

test('lets a handler set its own timer again', () => {
  const timers = new Timers();
  let ran = 0;
  const id = timers.add((now) => {
    if (++ran < 5) timers.set(id, now + 1);
  });
  timers.set(id, 0);
  for (let now = 0; now < 10; now++) timers.handleTimeout(now);
  expect(ran).toBe(5);
});

test('always names the earliest deadline, whatever is set, moved and unset', () => {
  const change = fc.tuple(fc.nat(9), fc.option(fc.nat(100), { nil: undefined }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const timers = new Timers();
      const model = new Map<number, number>();
      for (let id = 0; id < 10; id++) timers.add(() => model.delete(id));
      for (const [id, at] of changes) {
        timers.set(id, at);
        if (at === undefined) model.delete(id);
        else model.set(id, at);
        expect(timers.nextTimeout() ?? Infinity).toBe(Math.min(...model.values()));
      }
      timers.handleTimeout(50);
      expect(Math.min(...model.values())).toBeGreaterThan(50);
      expect(timers.nextTimeout() ?? Infinity).toBe(Math.min(...model.values()));
    }),
  );
});
