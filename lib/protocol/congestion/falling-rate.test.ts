import { expect, test } from 'vitest';
import { FallingRate, type FallInput } from './falling-rate.ts';

const BANDWIDTH = 2500;
/** 20 Mbit/s and a round trip of 60 ms, of which half arrives; what is on its way makes a queue of 100 ms. */
const fall: FallInput = {
  queue: 20,
  undrainedFor: 0,
  noise: 0,
  roundTrip: 60,
  flight: 160 * 1250,
  carried: 1250,
  sendingRate: BANDWIDTH,
  afterSilence: false,
  bandwidth: BANDWIDTH,
};

function gainAt(change: Partial<FallInput>): number | undefined {
  const falling = new FallingRate();
  falling.update({ ...fall, ...change });
  return falling.gain;
}

test('[P-46] a path that carries half at once is paced below that, the lower the more is on its way', () => {
  const gain = gainAt({})!;
  expect(gain).toBeLessThan(0.5);
  expect(gainAt({ flight: 120 * 1250 })).toBeGreaterThan(gain);
  expect(gainAt({ flight: 500 * 1250 })).toBeGreaterThan(0);
});

test('a fall is a queue with less delivered than sent, on a path whose delay is steady', () => {
  expect(gainAt({ queue: 10 })).toBeUndefined();
  expect(gainAt({ carried: 2000, flight: 160 * 2000 })).toBeUndefined();
  // What is sent more slowly than the path carries arrives more slowly.
  expect(gainAt({ sendingRate: 1300 })).toBeUndefined();
  expect(gainAt({ noise: 30 })).toBeUndefined();
  expect(gainAt({ carried: 0 })).toBeUndefined();
  // A way that has become longer.
  expect(gainAt({ afterSilence: true })).toBeUndefined();
});

test('it lasts until what is on its way makes no queue, and not as long as a neighbour’s', () => {
  const falling = new FallingRate();
  falling.update(fall);
  // Paced at less than what arrives now.
  falling.update({ ...fall, sendingRate: 600 });
  expect(falling.gain).toBeDefined();
  falling.update({ ...fall, sendingRate: 600, flight: 70 * 1250 });
  expect(falling.gain).toBeUndefined();
  falling.update(fall);
  falling.update({ ...fall, undrainedFor: 1000 });
  expect(falling.gain).toBeUndefined();
  falling.update(fall);
  falling.reset();
  expect(falling.gain).toBeUndefined();
});
