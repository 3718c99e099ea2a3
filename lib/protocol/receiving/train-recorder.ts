import type { Millis } from '../endpoint.ts';
import type { TrainReport } from '../wire/feedback-packet.ts';
import { TICKS, type TrainPlace } from '../wire/lane-packet.ts';

/** A packet this long after its train's first belongs to another train of the same number. */
const MAX_TRAIN: Millis = 2000;
/**
 * A packet this long after the one before waited in a lane whose window was full, and shows nothing of the
 * path.
 */
const STRAGGLER: Millis = 40;
/** Each change is reported this many times, so that the loss of most feedback loses no report. */
const REPEATS = 4;
const MAX_COUNT = 255;

interface Train {
  readonly number: number;
  readonly firstAt: Millis;
  count: number;
  first: number;
  last: number;
  lastAt: Millis;
}

/** Records how much time the newest train of probes takes to arrive. */
export class TrainRecorder {
  #train: Train | undefined;
  #reportsLeft = 0;

  arrived({ train: number, place }: TrainPlace, now: Millis): void {
    if (number === 0) return;
    const train = this.#train;
    if (train === undefined || train.number !== number || now - train.firstAt > MAX_TRAIN) {
      this.#train = { number, firstAt: now, lastAt: now, count: 1, first: place, last: place };
      this.#reportsLeft = 0;
      return;
    }
    if (now - train.lastAt > STRAGGLER) return;
    // Every place once: more would be a lie, and the report could not be encoded.
    if (train.count > MAX_COUNT - 1) return;
    train.count += 1;
    train.first = Math.min(train.first, place);
    train.last = Math.max(train.last, place);
    train.lastAt = now;
    this.#reportsLeft = REPEATS;
  }

  /** What the next feedback says of it; `undefined`: nothing new. */
  report(): TrainReport | undefined {
    const train = this.#train;
    if (train === undefined || this.#reportsLeft === 0) return undefined;
    this.#reportsLeft -= 1;
    const { number, count, first, last, firstAt, lastAt } = train;
    // Places that were sent twice.
    if (last - first < count - 1) return undefined;
    return { train: number, count, first, last, time: Math.round((lastAt - firstAt) * TICKS) };
  }
}
