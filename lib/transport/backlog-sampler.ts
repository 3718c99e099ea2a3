/** Reports how much the browser still holds for each lane that was written to, and once when it is back at nothing. */
import type { LaneId } from '../protocol/contract.ts';
import { BACKLOG_SAMPLE_MS } from './limits.ts';

export class BacklogSampler {
  #report: (lane: LaneId, bytes: number) => void;
  #held = new Map<LaneId, { channel: { readonly bufferedAmount: number }; reported: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(report: (lane: LaneId, bytes: number) => void) {
    this.#report = report;
  }

  /** To be called after a send: cheap, the buffer is looked at later. */
  touch(lane: LaneId, channel: { readonly bufferedAmount: number }): void {
    if (!this.#held.has(lane)) this.#held.set(lane, { channel, reported: 0 });
    this.#timer ??= setTimeout(() => this.#sample(), BACKLOG_SAMPLE_MS);
  }

  forget(lane: LaneId): void {
    this.#held.delete(lane);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held.clear();
  }

  #sample(): void {
    this.#timer = undefined;
    for (const [lane, held] of this.#held) {
      const bytes = held.channel.bufferedAmount;
      if (bytes !== held.reported) this.#report(lane, bytes);
      held.reported = bytes;
      if (bytes === 0) this.#held.delete(lane);
    }
    if (this.#held.size > 0) this.#timer ??= setTimeout(() => this.#sample(), BACKLOG_SAMPLE_MS);
  }
}
