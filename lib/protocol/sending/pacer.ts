import type { Millis } from '../endpoint.ts';

/** Maximum burst after a late wake-up; time lost beyond that is not made up. */
const MAX_BURST: Millis = 8;
/** A late wake-up this long after the last packet follows an idle period and says nothing of a limit. */
const IDLE: Millis = 1000;

/** Spreads packets over time, and remembers when the sender rather than the path was the limit. */
export class Pacer {
  nextSendAt: Millis = 0;
  /**
   * When the sender last could have sent and had nothing, or no lane: samples of that time are lower bounds.
   */
  limitedAt: Millis = -Infinity;
  lastSentAt: Millis = -Infinity;

  /** Nothing can be sent before something else happens: there was nothing, or no lane, when it was time. */
  get limited(): boolean {
    return this.limitedAt >= this.nextSendAt;
  }

  /** Application-limited or lane-limited now. */
  limit(now: Millis): void {
    this.limitedAt = now;
  }

  /** @param rate bytes a millisecond */
  sent(byteLength: number, rate: number, now: Millis): void {
    if (now - this.nextSendAt > MAX_BURST) {
      if (this.lastSentAt > now - IDLE) this.limit(now);
      this.nextSendAt = now - MAX_BURST;
    }
    this.nextSendAt += byteLength / rate;
    this.lastSentAt = now;
  }
}
