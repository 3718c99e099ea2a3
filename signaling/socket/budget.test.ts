import { expect, test } from 'vitest';
import { ADDRESS_ALLOWANCE, SOCKET_ALLOWANCE } from '../wire/limits.ts';
import { AddressBudgets, Budget } from './budget.ts';

test('a burst of messages is fine, then a number a second, and not one more', () => {
  const { messages, messagesPerSecond } = SOCKET_ALLOWANCE;
  const budget = new Budget(SOCKET_ALLOWANCE, 0);
  const say = (count: number, now: number) =>
    new Set(Array.from({ length: count }, () => budget.message(now)));
  expect(say(messages, 0)).toEqual(new Set([true]));
  expect(say(messagesPerSecond, 1000)).toEqual(new Set([true]));
  expect(budget.message(1000)).toBe(false);
  expect(budget.message(60_000)).toBe(true);
});

test('bytes are allowed by the second, up to what may be sent at once', () => {
  const { bytes, bytesPerSecond } = SOCKET_ALLOWANCE;
  const budget = new Budget(SOCKET_ALLOWANCE, 0);
  expect(budget.received(bytes, 0)).toBe(true);
  expect(budget.received(bytesPerSecond, 1000)).toBe(true);
  expect(budget.received(1, 1000)).toBe(false);
  expect(budget.received(bytes, 1_000_000)).toBe(true);
  expect(budget.received(1, 1_000_000)).toBe(false);
});

test('all connections of an address share one budget, which begins anew when the last is gone', () => {
  const budgets = new AddressBudgets();
  const first = budgets.hold('a', 0);
  const second = budgets.hold('a', 0);
  for (let i = 0; i < ADDRESS_ALLOWANCE.messages; i++) expect(first.message(0)).toBe(true);
  expect(second.message(0)).toBe(false);
  expect(budgets.hold('b', 0).message(0)).toBe(true);
  budgets.release('a');
  expect(budgets.hold('a', 0).message(0)).toBe(false);
  budgets.release('a');
  budgets.release('a');
  expect(budgets.hold('a', 0).message(0)).toBe(true);
});
