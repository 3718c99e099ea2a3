import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cpuSeconds, forgetPeak, megabytesNow, peakMegabytes } from './processes.ts';

describe.skipIf(!existsSync('/proc/self/stat'))('a process [needs /proc]', () => {
  test('is seen to use the processor', () => {
    const before = cpuSeconds(process.pid)!;
    const self = process.cpuUsage();
    expect(before).toBeCloseTo((self.user + self.system) / 1e6, 0);
    const until = performance.now() + 300;
    let sum = 0;
    while (performance.now() < until) sum += Math.sqrt(sum + 1);
    expect(sum).toBeGreaterThan(0);
    expect(cpuSeconds(process.pid)!).toBeGreaterThan(before);
  });

  test('has a peak of memory that grows with what it holds', () => {
    const before = peakMegabytes(process.pid)!;
    const held = Buffer.alloc(200 << 20, 1);
    expect(peakMegabytes(process.pid)! - before).toBeGreaterThan(100);
    expect(held.length).toBe(200 << 20);
  });

  test('holds at most its peak, and the peak can be forgotten', () => {
    expect(megabytesNow(process.pid)!).toBeLessThanOrEqual(peakMegabytes(process.pid)! + 1);
    forgetPeak(process.pid);
    expect(peakMegabytes(process.pid)! - megabytesNow(process.pid)!).toBeLessThan(50);
  });

  test('that does not exist has neither', () => {
    expect(cpuSeconds(2 ** 30)).toBeUndefined();
    expect(peakMegabytes(2 ** 30)).toBeUndefined();
    expect(megabytesNow(2 ** 30)).toBeUndefined();
  });
});
