import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BacklogSampler } from './backlog-sampler.ts';
import { ControlQueue, type ReliableChannel } from './control-queue.ts';
import {
  BACKLOG_SAMPLE_MS,
  BACKLOG_SETTLE_MS,
  MAX_CONTROL_BUFFER_BYTES,
  MAX_CONTROL_QUEUE_BYTES,
} from './limits.ts';

/** A channel whose network takes bytes only when asked to. */
class SlowChannel implements ReliableChannel {
  readyState: RTCDataChannelState = 'connecting';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = -1;
  sent: Uint8Array[] = [];
  #listeners: Record<string, () => void> = {};

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
    this.bufferedAmount += bytes.length;
  }
  addEventListener(type: string, listener: () => void): void {
    this.#listeners[type] = listener;
  }
  open(): void {
    this.readyState = 'open';
    this.#listeners.open?.();
  }
  drain(): void {
    this.bufferedAmount = 0;
    this.#listeners.bufferedamountlow?.();
  }
}

describe('the control queue', () => {
  test('keeps messages until the channel opens and sends them in order', () => {
    const channel = new SlowChannel();
    const queue = new ControlQueue(channel);
    const messages = Array.from({ length: 5 }, (_, i) => new Uint8Array([i + 1]));
    for (const message of messages) expect(queue.send(message)).toBe(true);
    expect(channel.sent).toEqual([]);
    channel.open();
    expect(channel.sent).toEqual(messages);
  });

  test('gives the browser little at a time and goes on when that has left', () => {
    const channel = new SlowChannel();
    channel.open();
    const queue = new ControlQueue(channel);
    for (let i = 0; i < 40; i++) queue.send(new Uint8Array(10_000).fill(i));
    expect(channel.bufferedAmount).toBeLessThan(MAX_CONTROL_BUFFER_BYTES + 10_000);
    expect(queue.backlog).toBe(400_000);
    while (queue.backlog > 0) channel.drain();
    expect(channel.sent.map((bytes) => bytes[0])).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test('refuses what it cannot hold, and everything once the channel closes', () => {
    const channel = new SlowChannel();
    const queue = new ControlQueue(channel);
    const message = new Uint8Array(60_000);
    let taken = 0;
    while (queue.send(message)) taken++;
    expect(taken).toBe(Math.floor(MAX_CONTROL_QUEUE_BYTES / 60_000));
    channel.readyState = 'closed';
    expect(queue.send(new Uint8Array(1))).toBe(false);
  });
});

describe('the backlog sampler', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const lane = (bufferedAmount: number) => ({
    bufferedAmount,
    onbufferedamountlow: null as ((event: Event) => unknown) | null,
  });

  test('reports what a lane holds, its changes, and nothing at the end, once each', () => {
    const reports: [number, number][] = [];
    const sampler = new BacklogSampler((lane, byteLength) => reports.push([lane, byteLength]));
    const channel = lane(3000);
    for (let i = 0; i < 100; i++) sampler.touch(4, channel);
    expect(reports).toEqual([]);
    vi.advanceTimersByTime(3 * BACKLOG_SAMPLE_MS);
    channel.bufferedAmount = 1000;
    vi.advanceTimersByTime(3 * BACKLOG_SAMPLE_MS);
    channel.bufferedAmount = 0;
    vi.advanceTimersByTime(100 * BACKLOG_SAMPLE_MS);
    expect(reports).toEqual([
      [4, 3000],
      [4, 1000],
      [4, 0],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('needs no timer while there are sends and the browser tells when a lane is empty', () => {
    const reports: [number, number][] = [];
    let now = 0;
    const sampler = new BacklogSampler(
      (lane, byteLength) => reports.push([lane, byteLength]),
      () => now,
    );
    const full = lane(2000);
    sampler.touch(1, full);
    now += BACKLOG_SAMPLE_MS;
    sampler.touch(2, lane(0));
    // It may have left already: the news needs a moment between the browser's threads.
    expect(reports).toEqual([]);
    now += BACKLOG_SETTLE_MS;
    sampler.touch(2, lane(0));
    expect(reports).toEqual([[1, 2000]]);
    full.bufferedAmount = 0;
    full.onbufferedamountlow?.(new Event('bufferedamountlow'));
    expect(reports).toEqual([
      [1, 2000],
      [1, 0],
    ]);
    expect(full.onbufferedamountlow).toBeNull();
  });

  test('says nothing of a lane that was emptied at once, or that is gone', () => {
    const report = vi.fn<(lane: number, byteLength: number) => void>();
    const sampler = new BacklogSampler(report);
    sampler.touch(1, lane(0));
    sampler.touch(2, lane(5));
    sampler.forget(2);
    vi.advanceTimersByTime(100);
    expect(report).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
