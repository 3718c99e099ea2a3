import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkReplay, ChunkState, ratesOf, StepRecorder, timeOf, valueAt } from './timeline.ts';

function steps(...points: [at: number, value: number][]) {
  const recorder = new StepRecorder();
  for (const [at, value] of points) recorder.add(at, value);
  return recorder.steps();
}

describe('steps', () => {
  test('hold from their moment on, and are zero before', () => {
    const front = steps([10, 100], [20, 300]);
    expect([0, 9.9, 10, 19.9, 20, 1e9].map((time) => valueAt(front, time))).toEqual([
      0, 0, 100, 100, 300, 300,
    ]);
  });

  test('say when a value was reached, or that it never was', () => {
    const front = steps([10, 100], [20, 300]);
    expect([1, 100, 101, 300, 301].map((value) => timeOf(front, value))).toEqual([10, 10, 20, 20, undefined]);
  });

  test('record only changes', () => {
    expect(steps([1, 0], [2, 5], [3, 5], [4, 6]).at).toEqual(Float64Array.of(2, 4));
  });

  test('give rates between two edges whose sum is what arrived', () => {
    const arrived = steps([10, 100], [20, 300], [55, 1000]);
    const edges = [0, 15, 30, 60];
    const rates = ratesOf(arrived, edges);
    expect(rates[0]).toBeCloseTo(100 / 0.015);
    const total = rates.reduce(
      (sum, rate, i) => sum + (rate * ((edges[i + 1] ?? 0) - (edges[i] ?? 0))) / 1000,
      0,
    );
    expect(total).toBeCloseTo(1000);
  });
});

describe('the replay of chunks', () => {
  const events = {
    at: Float64Array.of(1, 2, 3, 3, 5),
    chunk: Uint32Array.of(0, 2, 1, 3, 1),
    state: Uint8Array.of(
      ChunkState.received,
      ChunkState.received,
      ChunkState.lost,
      ChunkState.received,
      ChunkState.repaired,
    ),
  };

  test('shows losses before their repair', () => {
    const replay = new ChunkReplay({ events, chunks: 4 });
    expect([...replay.goTo(3)]).toEqual([1, 2, 1, 1]);
    expect([...replay.goTo(5)]).toEqual([1, 3, 1, 1]);
  });

  test('shows the same state however one got to a time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), (times) => {
        const wandering = new ChunkReplay({ events, chunks: 4 });
        for (const time of times) wandering.goTo(time);
        const straight = new ChunkReplay({ events, chunks: 4 }).goTo(times.at(-1) as number);
        expect([...wandering.cells]).toEqual([...straight]);
      }),
    );
  });
});
