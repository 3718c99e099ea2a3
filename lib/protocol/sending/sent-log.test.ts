import { expect, test } from 'vitest';
import { SentLog } from './sent-log.ts';

test('tells what had been sent by a time, thousands of packets on', () => {
  const log = new SentLog();
  expect(log.upTo(5)).toBe(0);
  for (let at = 10; at < 5000; at++) {
    log.add(at, 60);
    log.add(at, 40);
    expect(log.upTo(at - 3)).toBe(Math.max(0, at - 12) * 100);
  }
  expect(log.upTo(10_000)).toBe(4990 * 100);
});
