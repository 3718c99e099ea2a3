import type { Millis } from '../endpoint.ts';
import { MAX_SILENCE } from '../limits.ts';

/** Feedback older than this (or than four round trips) leaves the sender blind. */
const BLIND_AFTER: Millis = 500;

/** Since when no feedback has arrived. */
export class SilenceTimer {
  /** When feedback last arrived, or sending began. */
  heardAt: Millis = 0;

  /** Sending begins: that nothing was heard before says nothing. */
  restart(now: Millis): void {
    this.heardAt = Math.max(this.heardAt, now);
  }

  heard(now: Millis): void {
    this.heardAt = now;
  }

  /** The newest feedback is too old to pace by. */
  blind(srtt: Millis, now: Millis): boolean {
    return now - this.heardAt > Math.max(BLIND_AFTER, 4 * srtt);
  }

  /** The other side has failed. */
  expired(now: Millis): boolean {
    return now - this.heardAt > MAX_SILENCE;
  }

  nextTimeout(): Millis {
    return this.heardAt + MAX_SILENCE + 1;
  }
}
