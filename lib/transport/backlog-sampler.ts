/**
 * Reports how much the browser still holds for each lane that was written to, and once when it is back at
 * nothing. Sends and the browser's own event drive it beside the timer, which a hidden page gets only once a
 * second.
 */
import type { LaneId } from '../protocol/endpoint.ts';
import { BACKLOG_SAMPLE_MS, BACKLOG_SETTLE_MS } from './limits.ts';

/** What is used of an `RTCDataChannel`; its low threshold is 0. */
export interface BufferedChannel {
  readonly bufferedAmount: number;
  onbufferedamountlow: ((this: never, event: Event) => unknown) | null;
}

interface Held {
  channel: BufferedChannel;
  reported: number;
  touchedAt: number;
}

export class BacklogSampler {
  #report: (lane: LaneId, byteLength: number) => void;
  #now: () => number;
  #held = new Map<LaneId, Held>();
  #sampledAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    report: (lane: LaneId, byteLength: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#report = report;
    this.#now = now;
  }

  /** To be called after a send: cheap, the buffers are looked at every few milliseconds. */
  touch(lane: LaneId, channel: BufferedChannel): void {
    const now = this.#now();
    const held = this.#held.get(lane);
    if (held) held.touchedAt = now;
    else {
      if (this.#held.size === 0) this.#sampledAt = now;
      this.#held.set(lane, { channel, reported: 0, touchedAt: now });
    }
    if (now - this.#sampledAt >= BACKLOG_SAMPLE_MS) this.#sample(now);
    else this.#timer ??= setTimeout(() => this.#sample(this.#now()), BACKLOG_SAMPLE_MS);
  }

  forget(lane: LaneId): void {
    this.#held.delete(lane);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held.clear();
  }

  #sample(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sampledAt = now;
    for (const [lane, held] of this.#held) {
      // Every send counts as held until the browser's network thread has spoken: only what stays says
      // something.
      const byteLength = held.channel.bufferedAmount;
      if (held.reported > 0 || byteLength === 0 || now - held.touchedAt >= BACKLOG_SETTLE_MS)
        this.#look(lane, held, byteLength);
    }
    if (this.#held.size > 0) this.#timer = setTimeout(() => this.#sample(this.#now()), BACKLOG_SAMPLE_MS);
  }

  #look(lane: LaneId, held: Held, byteLength: number): void {
    if (byteLength !== held.reported) {
      this.#report(lane, byteLength);
      // Only a lane that was seen holding something is worth an event.
      held.channel.onbufferedamountlow = byteLength > 0 ? () => this.#emptied(lane, held) : null;
    }
    held.reported = byteLength;
    if (byteLength === 0) this.#held.delete(lane);
  }

  #emptied(lane: LaneId, held: Held): void {
    if (this.#held.get(lane) === held) this.#look(lane, held, held.channel.bufferedAmount);
  }
}
