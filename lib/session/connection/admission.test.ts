import { expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { LIMITS_MS } from './limits.ts';

test('a host that is free meets who knocks, and hears each of them once', () => {
  const admission = new Admission(false);
  expect(admission.knock('a', 'free', 0)).toBe('meet');
  expect(admission.knock('a', 'free', 0)).toBeUndefined();
});

test('while a guest is being let in, eight wait in their order and the ninth is turned away', () => {
  const admission = new Admission(false);
  for (const id of 'abcdefgh') expect(admission.knock(id, 'busy', 0)).toBeUndefined();
  expect(admission.knock('i', 'busy', 0)).toEqual({ type: 'turn-away', id: 'i' });
  expect([admission.takeNext(), admission.takeNext()]).toEqual(['a', 'b']);
});

test('a room for one turns away who knocks while its guest is there', () => {
  expect(new Admission(false).knock('a', 'taken', 0)).toEqual({ type: 'turn-away', id: 'a' });
});

test('a room of several asks about who knocks, until they have waited long enough', () => {
  const admission = new Admission(true);
  expect(admission.knock('a', 'taken', 5)).toEqual({ type: 'let-wait', id: 'a' });
  expect(admission.visitors).toEqual(['a']);
  expect(admission.nextTimeout).toBe(5 + LIMITS_MS.door);
  expect(admission.takeLate(4 + LIMITS_MS.door)).toEqual([]);
  expect(admission.takeLate(5 + LIMITS_MS.door)).toEqual([{ type: 'turn-away', id: 'a' }]);
  expect(admission.take('a')).toBe(false);
});

test('with others in the room, and after one was sent away, a free host asks as well', () => {
  const admission = new Admission(true);
  admission.knock('a', 'busy', 0);
  expect(admission.setOthers(true, 0)).toEqual([{ type: 'let-wait', id: 'a' }]);
  expect(admission.knock('b', 'free', 0)).toEqual({ type: 'let-wait', id: 'b' });
  expect(admission.setOthers(false, 0)).toEqual([]);
  expect(admission.knock('c', 'free', 0)).toBe('meet');
  admission.sentAway(0);
  expect(admission.knock('d', 'free', 0)).toEqual({ type: 'let-wait', id: 'd' });
});

test('a room that is closed turns all away and forgets that one was sent away', () => {
  const admission = new Admission(true);
  admission.sentAway(0);
  admission.knock('a', 'free', 0);
  expect(admission.turnAllAway()).toEqual([{ type: 'turn-away', id: 'a' }]);
  expect(admission.visitors).toEqual([]);
  expect(admission.knock('b', 'free', 0)).toBe('meet');
});

test('a remembered device that rings again while it waits is the same visitor, and can ring after it was refused', () => {
  const admission = new Admission(true);
  const call = { device: 'd', generation: 'current', window: 7, rung: 'let-in' } as const;
  admission.knock('a', 'taken', 0);
  for (const at of [1, 2]) expect(admission.ring('b', call, at)).toEqual({ type: 'let-wait', id: 'b' });
  expect([admission.visitors, admission.callers]).toEqual([['a', 'b'], { b: 'd' }]);
  expect([admission.callOf('a'), admission.callOf('b')]).toEqual([undefined, call]);
  expect([admission.take('b'), admission.callers]).toEqual([true, {}]);
  expect(admission.ring('b', call, 3)).toEqual({ type: 'let-wait', id: 'b' });
  expect(new Admission(false).ring('b', call, 0)).toEqual({ type: 'turn-away', id: 'b' });
});

test('[P-142] a device that was refused twice in a window is turned away until the next one, and no other is', () => {
  const admission = new Admission(true);
  const call = (window: number, device = 'd') =>
    ({ device, generation: 'current', window, rung: 'let-in' }) as const;
  const asks = (id: string, made: ReturnType<typeof call>) =>
    admission.ring(id, made, 0).type === 'let-wait' && admission.refuse(id);
  expect([asks('a', call(7)), asks('a', call(7)), asks('a', call(7))]).toEqual([true, true, false]);
  expect(admission.visitors).toEqual([]);
  expect(asks('o', call(7, 'other'))).toBe(true);
  // Around the border of two windows it may ring in either: no more often for that.
  expect([asks('b', call(8)), asks('a', call(7)), asks('b', call(8)), asks('a', call(7))]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(admission.refuse('a')).toBe(false);
});
