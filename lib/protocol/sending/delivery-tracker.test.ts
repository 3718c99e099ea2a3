import { expect, test } from 'vitest';
import { MAX_ACK_DELAY, NO_DELAY, type Feedback } from '../wire/feedback-packet.ts';
import { DeliveryTracker } from './delivery-tracker.ts';

const feedback = (change: Partial<Feedback>): Feedback => ({
  number: 1,
  newestSentAt: 0,
  ackDelay: 0,
  clock: 0,
  packets: 0,
  byteLength: 0,
  delay: NO_DELAY,
  lanes: [],
  streams: [],
  ...change,
});

test('feedback counts once and in order, also across the wrap of its number', () => {
  const tracker = new DeliveryTracker();
  const taken = [0xffff_fffe, 0xffff_ffff, 0xffff_ffff, 0, 0xffff_fffd, 1].map((number) =>
    tracker.accept(feedback({ number })),
  );
  expect(taken).toEqual([true, true, false, true, false, true]);
  tracker.restart();
  expect(tracker.accept(feedback({ number: 1 }))).toBe(true);
});

test('a round trip is measured once an echo, without the receiver’s delay, and never by a misread clock', () => {
  const tracker = new DeliveryTracker();
  const sample = (change: Partial<Feedback>, now: number) => tracker.roundTripSample(feedback(change), now);
  expect(sample({ newestSentAt: 1000, ackDelay: 50 }, 180)).toBe(75);
  expect(sample({ newestSentAt: 1000, ackDelay: 50 }, 190)).toBeUndefined();
  expect(sample({ newestSentAt: 5000, ackDelay: 0 }, 400)).toBeUndefined();
  expect(sample({ newestSentAt: 1500, ackDelay: MAX_ACK_DELAY }, 400)).toBeUndefined();
  expect(sample({ newestSentAt: 1600, ackDelay: 0 }, 100_000)).toBeUndefined();
  expect(tracker.newestDeliveredAt).toBe(160);
});

test('more than was sent cannot have been delivered, whatever is claimed; probes count too', () => {
  const tracker = new DeliveryTracker();
  tracker.onSent(1040, 0);
  tracker.onProbeSent(16);
  tracker.sample(feedback({ byteLength: 100 }));
  expect(tracker.sample(feedback({ clock: 100, byteLength: 600 })).delivered).toBe(500);
  expect(tracker.sample(feedback({ clock: 200, byteLength: 4_000_000_000 })).delivered).toBe(1056);
});

test('clock, bytes and delay are unwrapped from 32 bits', () => {
  const tracker = new DeliveryTracker();
  for (let i = 0; i < 10; i++) tracker.onSent(1040, i);
  tracker.sample(feedback({ clock: 0xffff_fff6, byteLength: 0xffff_ff00, delay: 0x7fff_fffb }));
  const { clock, delivered, oneWayDelay } = tracker.sample(
    feedback({ clock: 90, byteLength: 744, delay: 0x8000_0005 }),
  );
  expect([clock, delivered]).toEqual([10, 1000]);
  expect((oneWayDelay ?? 0) * 10).toBeCloseTo(0x7fff_fffb + 10);
});
