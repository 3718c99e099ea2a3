import type { Millis } from '../endpoint.ts';
import { MAX_FEEDBACK_STREAMS } from '../limits.ts';
import { encodeFeedback, MAX_ACK_DELAY, NO_DELAY, roomForBlocks } from '../wire/feedback-packet.ts';
import { TICKS, ticksOf, type TrainPlace } from '../wire/lane-packet.ts';
import type { IncomingObject } from './incoming-object.ts';
import type { Arrivals } from './lane-arrivals.ts';
import { TrainRecorder } from './train-recorder.ts';

/** What the receiver measures of arriving packets, and the feedback that reports it. */
export class FeedbackWriter {
  #number = 0;
  /** DATA and PROBE packets of the session, and their bytes. */
  #packets = 0;
  #byteLength = 0;
  /** The latest send time received, in ticks, and when. */
  #newestSentAt = 0;
  #newestAt: Millis = 0;
  /** Minimum one-way delay since the last feedback, in ticks of any fixed offset. */
  #delay: number | undefined;
  readonly #trains = new TrainRecorder();

  /** @param sentAt ticks of the sender's clock */
  arrived(sentAt: number, length: number, now: Millis): void {
    this.#packets += 1;
    this.#byteLength += length;
    // A packet overtaken by another lane's measures that lane's congestion window, not the path's delay.
    if (this.#packets > 1 && ((sentAt - this.#newestSentAt) | 0) < 0) return;
    this.#newestSentAt = sentAt;
    this.#newestAt = now;
    const delay = (ticksOf(now) - sentAt) | 0;
    if (this.#delay === undefined || ((delay - this.#delay) | 0) < 0) this.#delay = delay;
  }

  /** A probe arrived, which was counted before. */
  probed(place: TrainPlace, now: Millis): void {
    this.#trains.arrived(place, now);
  }

  write(arrivals: Arrivals, reportable: readonly IncomingObject[], now: Millis): Uint8Array {
    const objects = reportable.slice(0, MAX_FEEDBACK_STREAMS);
    const lanes = arrivals.report();
    let room = roomForBlocks(lanes.length, objects.length);
    const streams = objects.map((object) => {
      const report = object.report(room);
      room -= report.lacking.length;
      return report;
    });
    this.#number += 1;
    const delay = this.#delay ?? NO_DELAY;
    this.#delay = undefined;
    return encodeFeedback({
      number: this.#number,
      clock: ticksOf(now),
      newestSentAt: this.#newestSentAt,
      ackDelay: Math.min(MAX_ACK_DELAY, Math.round((now - this.#newestAt) * TICKS)),
      delay: delay >>> 0,
      packets: this.#packets,
      byteLength: this.#byteLength >>> 0,
      lanes,
      streams,
      train: this.#trains.report(),
    });
  }
}
