import { expect, test } from 'vitest';
import { MAX_SOCKET_BYTES_PER_SECOND, MESSAGE_BURST, MESSAGES_PER_SECOND } from '../wire/limits.ts';
import { MessageBudget } from './budget.ts';

test('a burst of messages is fine, then a number a second, and not one more', () => {
  const budget = new MessageBudget(0);
  const say = (count: number, now: number) =>
    new Set(Array.from({ length: count }, () => budget.message(now)));
  expect(say(MESSAGE_BURST, 0)).toEqual(new Set([true]));
  expect(say(MESSAGES_PER_SECOND, 1000)).toEqual(new Set([true]));
  expect(budget.message(1000)).toBe(false);
  expect(budget.message(60_000)).toBe(true);
});

test('bytes are allowed by the second, and a late look allows for the time that passed', () => {
  const budget = new MessageBudget(0);
  expect(budget.bytes(MAX_SOCKET_BYTES_PER_SECOND, 1000)).toBe(true);
  expect(budget.bytes(3 * MAX_SOCKET_BYTES_PER_SECOND, 3000)).toBe(true);
  expect(budget.bytes(4 * MAX_SOCKET_BYTES_PER_SECOND + 1, 4000)).toBe(false);
});
