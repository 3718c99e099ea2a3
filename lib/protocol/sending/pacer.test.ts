import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

test('packets are as far apart as the rate says', () => {
  const pacer = new Pacer();
  const sent: number[] = [];
  for (let now = 0; now < 1000; now += 1)
    while (now >= pacer.nextSendAt) {
      pacer.sent(1000, 100, now);
      sent.push(now);
    }
  // 10 ms a packet, after a first burst of 8 ms.
  expect(sent.length).toBeGreaterThanOrEqual(100);
  expect(sent.length).toBeLessThanOrEqual(101);
});

test('after a late wake-up at most eight milliseconds are made up at once', () => {
  const pacer = new Pacer();
  pacer.sent(100, 100, 0);
  let burst = 0;
  for (; pacer.nextSendAt <= 300; burst++) pacer.sent(100, 100, 300);
  expect(burst).toBe(9);
});

test('a late wake-up soon after a packet means that the sender was the limit, one after an idle second does not', () => {
  const late = new Pacer();
  late.sent(100, 100, 0);
  late.sent(100, 100, 300);
  expect(late.limitedAt).toBe(300);
  const idle = new Pacer();
  idle.sent(100, 100, 0);
  idle.sent(100, 100, 5000);
  expect(idle.limitedAt).toBe(-Infinity);
});

test('what had nothing to send when it was time is limited until the next packet', () => {
  const pacer = new Pacer();
  pacer.sent(1000, 100, 0);
  expect(pacer.limited).toBe(false);
  pacer.limit(pacer.nextSendAt);
  expect(pacer.limited).toBe(true);
  pacer.sent(1000, 100, pacer.nextSendAt + 1);
  expect(pacer.limited).toBe(false);
});
