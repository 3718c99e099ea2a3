import { expect, test } from 'vitest';
import { PROBE_GAIN, ProbeGain } from './probe-gain.ts';

test('probes harder with each round trip of an empty queue, up to 1.5, and gently again with a queue', () => {
  const gain = new ProbeGain();
  gain.restart(0);
  const after = (rounds: number, queue = 0, recovering = false) => {
    gain.update(queue, 80, recovering, rounds * 100);
    return gain.value;
  };
  expect(after(0)).toBe(PROBE_GAIN);
  expect(after(1)).toBe(PROBE_GAIN);
  expect(after(3)).toBeCloseTo(PROBE_GAIN + 0.16);
  expect(after(50)).toBe(1.5);
  expect(after(51, 5)).toBe(PROBE_GAIN);
  expect(after(54)).toBeCloseTo(PROBE_GAIN + 0.16);
  // A path that carries much less than a moment ago is probed harder.
  expect(after(53, 0, true)).toBeGreaterThan(after(53));
  expect(after(90, 0, true)).toBe(2);
});
