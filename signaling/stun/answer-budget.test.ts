import { expect, test } from 'vitest';
import { AnswerBudget } from './answer-budget.ts';
import { ANSWERS_IN_ALL, ANSWERS_PER_ADDRESS, WINDOW_MS } from './limits.ts';

const taken = (budget: AnswerBudget, key: string, times: number, now: number) =>
  Array.from({ length: times }, () => budget.take(key, now)).filter(Boolean).length;

test('one address gets its share in a window and no more, and another one still gets its own', () => {
  const budget = new AnswerBudget();
  expect(taken(budget, 'a', ANSWERS_PER_ADDRESS + 50, 0)).toBe(ANSWERS_PER_ADDRESS);
  expect(taken(budget, 'b', 10, 1)).toBe(10);
  expect(taken(budget, 'a', 10, WINDOW_MS - 1)).toBe(0);
  expect(taken(budget, 'a', 10, WINDOW_MS)).toBe(10);
});

test('a flood of forged addresses is answered up to a bound over all of them', () => {
  const budget = new AnswerBudget();
  let answered = 0;
  for (let n = 0; n < 2 * ANSWERS_IN_ALL; n++) if (budget.take(`forged ${n}`, 5)) answered++;
  expect(answered).toBe(ANSWERS_IN_ALL);
  expect(budget.take('honest', 5 + WINDOW_MS)).toBe(true);
});
