import type { LaneId, Millis } from '../endpoint.ts';

/** Minimum time between two feedbacks while packets arrive: several a round trip, below 2 % of any rate. */
const INTERVAL: Millis = 10;
/** Without arrivals feedback is repeated, at first soon (it may have been lost), then less and less often. */
const REPEAT_FIRST: Millis = 20;
const REPEAT_LAST: Millis = 400;
const REPEAT_GROWTH = 1.5;
/** An acceptance goes over several lanes at once: nothing else would reach the sender for a round trip. */
const URGENT_COPIES = 3;

/** When feedback is sent, and on which lane. */
export class FeedbackScheduler {
  /** When it is due; `undefined`: there is nothing to report. */
  #at: Millis | undefined;
  #lastAt: Millis = -Infinity;
  /** Time to the next repetition. */
  #repeat: Millis = REPEAT_FIRST;
  /** Copies to be sent at once. */
  #copies = 0;
  /** Lanes are used in turn. */
  #turn = 0;
  /** Bytes that the browser holds back, by lane. */
  readonly #backlogs = new Map<LaneId, number>();

  /** A packet arrived. */
  arrived(now: Millis): void {
    this.#repeat = REPEAT_FIRST;
    const at = Math.max(now, this.#lastAt + INTERVAL);
    if (this.#at !== undefined && at >= this.#at) return;
    this.#at = at;
    this.#copies = 1;
  }

  /** Feedback now, in several copies. */
  urge(now: Millis): void {
    this.#repeat = REPEAT_FIRST;
    this.#at = now;
    this.#copies = URGENT_COPIES;
  }

  backlog(lane: LaneId, byteLength: number): void {
    this.#backlogs.set(lane, byteLength);
  }

  laneClosed(lane: LaneId): void {
    this.#backlogs.delete(lane);
  }

  /**
   * The lane for feedback that is due now, one without a backlog if there is one; `undefined`: none is due.
   */
  poll(lanes: readonly LaneId[], now: Millis): LaneId | undefined {
    if (this.#at === undefined || now < this.#at) return undefined;
    for (let tried = 0; tried < lanes.length; tried++) {
      const lane = lanes[this.#turn++ % lanes.length] as LaneId;
      if ((this.#backlogs.get(lane) ?? 0) === 0) return lane;
    }
    return lanes[this.#turn++ % Math.max(1, lanes.length)];
  }

  /** @param receiving more is expected: feedback is repeated in case this one was lost */
  sent(receiving: boolean, now: Millis): void {
    this.#lastAt = now;
    this.#copies -= 1;
    if (this.#copies > 0) return;
    this.#at = receiving ? now + this.#repeat : undefined;
    this.#repeat = Math.min(REPEAT_LAST, this.#repeat * REPEAT_GROWTH);
  }

  /** `Infinity`: nothing to report. */
  nextTimeout(): Millis {
    return this.#at ?? Infinity;
  }
}
