import { expect, test } from 'vitest';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { AssociationWindow } from './association-window.ts';

const room = (window: AssociationWindow, inFlight = 0) => window.room(DATA_PACKET, inFlight);
/** `packets` at a time are sent and acknowledged, `rounds` times. */
function use(window: AssociationWindow, rounds: number): void {
  for (let i = 0; i < rounds; i++) {
    const packets = room(window);
    for (let left = packets - 2; left >= 0; left -= 2) window.grow(2, left);
  }
}

test('begins with ten MTUs, and grows in slow start, to no more than sixty packets', () => {
  const window = new AssociationWindow();
  const first = room(window);
  expect(first).toBe(11);
  expect(room(window, 4)).toBe(first - 4);
  use(window, 1);
  expect(room(window)).toBeGreaterThan(first);
  use(window, 20);
  expect(room(window)).toBeLessThanOrEqual(60);
  expect(room(window)).toBeGreaterThan(55);
});

test('a loss halves it, to four MTUs at least, and then it grows by one a round trip', () => {
  const window = new AssociationWindow();
  use(window, 20);
  const before = room(window);
  window.halve();
  expect(room(window)).toBe(Math.floor(before / 2));
  use(window, 4);
  expect(room(window) - Math.floor(before / 2)).toBeLessThanOrEqual(5);
  for (let i = 0; i < 10; i++) window.halve();
  expect(room(window)).toBe(4);
});

test('a window that is not used does not grow', () => {
  const window = new AssociationWindow();
  for (let i = 0; i < 100; i++) window.grow(1, 0);
  expect(room(window)).toBe(11);
});

test('what the browser holds back takes all room; for 40 ms or more, it shows the window', () => {
  const window = new AssociationWindow();
  window.hold(2000, 10, 0);
  expect(room(window)).toBe(0);
  window.hold(0, 10, 20);
  expect(room(window)).toBe(11);
  window.hold(5 * 1040, 10, 100);
  window.hold(5 * 1040, 10, 150);
  window.hold(0, 10, 160);
  expect(room(window)).toBe(4);
});
