import { expect, test } from 'vitest';
import { CONTROL_LANE } from '../protocol/endpoint.ts';
import { FaceToFace, header } from '../protocol/face-to-face.fixture.ts';
import { MAX_WAITING_OFFERS, MAX_SENT_WAIT } from '../protocol/limits.ts';
import { ControlBudget } from './control-budget.ts';
import {
  CONTROL_BYTES_AT_FIRST,
  CONTROL_BYTES_PER_SECOND,
  CONTROL_MESSAGES_AT_FIRST,
  CONTROL_MESSAGES_PER_SECOND,
} from './limits.ts';

test('[P-14] an album of two thousand small pictures, offered and accepted at once, stays within the budget of messages', () => {
  const pair = new FaceToFace();
  const budgets = [new ControlBudget(), new ControlBudget()] as const;
  const refused: number[] = [];
  const count =
    (budget: ControlBudget) =>
    (bytes: Uint8Array, lane: number): boolean => {
      if (lane === CONTROL_LANE && !budget.take(bytes.length, pair.now)) refused.push(pair.now);
      return false;
    };
  pair.toReceiver = count(budgets[0]);
  pair.toSender = count(budgets[1]);
  const largest = {
    ...header(1024),
    name: 'n'.repeat(255),
    type: 't'.repeat(255),
    thumb: new Uint8Array(1024),
  };
  for (let i = 0; i < MAX_WAITING_OFFERS; i++) pair.sender.offer(largest, pair.now);
  pair.settle();
  // Their bytes are here from before: faster than any path, all of them end in the same moment.
  for (let id = 1; id <= MAX_WAITING_OFFERS; id++) {
    pair.receiver.accept(id, [{ first: 0, count: 1 }], pair.now);
    pair.receiver.verified(id, true, pair.now);
  }
  pair.settle();
  pair.receiver.handleTimeout(pair.now + MAX_SENT_WAIT);
  pair.settle();
  expect(pair.said('complete')).toBe(MAX_WAITING_OFFERS);
  expect(pair.said('final')).toBe(MAX_WAITING_OFFERS);
  expect(refused).toEqual([]);
});

test('[P-14] messages and bytes beyond the budget are refused, whatever they say, and a rest gives some back', () => {
  const small = new ControlBudget();
  for (let i = 0; i < CONTROL_MESSAGES_AT_FIRST; i++) expect(small.take(1, 0)).toBe(true);
  expect(small.take(1, 0)).toBe(false);
  expect(small.take(1, 1000)).toBe(true);

  const large = new ControlBudget();
  let taken = 0;
  for (let now = 0; large.take(16_384, now); now += 1) taken += 16_384;
  expect(taken).toBeGreaterThanOrEqual(CONTROL_BYTES_AT_FIRST - 16_384);
  expect(taken).toBeLessThanOrEqual(1.2 * CONTROL_BYTES_AT_FIRST);

  const steady = new ControlBudget();
  let messages = 0;
  for (let now = 0; now < 60_000; now += 0.1)
    if (steady.take(100, now)) messages += 1;
    else break;
  expect(messages).toBeLessThan(1.2 * CONTROL_MESSAGES_AT_FIRST);
  expect(CONTROL_MESSAGES_PER_SECOND * 16_384).toBeGreaterThan(CONTROL_BYTES_PER_SECOND);
});
