import type { Millis } from '../endpoint.ts';

/** Pacing gain while the queue is empty: probes for this much more each round trip. */
export const PROBE_GAIN = 1.08;
/** Added in a second, third … round trip with an empty queue: the path has more room than we thought. */
const PROBE_STEP = 0.08;
const MAX_PROBE_GAIN = 1.5;
/** A queue shorter than this is empty. */
const EMPTY_QUEUE: Millis = 4;
/** Added to each round trip: event loops and the feedback's interval. */
const SLACK: Millis = 20;

/** Pacing gain that probes for bandwidth, the more the longer the queue is empty. */
export class ProbeGain {
  value = PROBE_GAIN;
  #emptySince: Millis = 0;

  update(queue: Millis, roundTrip: Millis, now: Millis): void {
    // Where lanes limit us a higher rate costs nothing: their windows bound it.
    if (queue > EMPTY_QUEUE) this.#emptySince = now;
    const rounds = (now - this.#emptySince) / (roundTrip + SLACK);
    this.value = Math.min(MAX_PROBE_GAIN, PROBE_GAIN + Math.max(0, rounds - 1) * PROBE_STEP);
  }

  /** The queue has been empty since then, as far as is known. */
  restart(emptySince: Millis): void {
    this.#emptySince = emptySince;
  }
}
