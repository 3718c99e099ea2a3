/** How far above the measured bandwidth the sender paces, to find more. */
import type { Millis } from '../endpoint.ts';
import { SLACK } from './round-trip.ts';

/** Pacing gain while the queue is empty: probes for this much more each round trip. */
export const PROBE_GAIN = 1.08;
/** Added in a second, third … round trip with an empty queue: the path has more room than we thought. */
const PROBE_STEP = 0.08;
const MAX_PROBE_GAIN = 1.5;
/** The same while the path carries much less than it did a moment ago: what fell so far often rises again. */
const RECOVERY_STEP = 0.25;
const MAX_RECOVERY_GAIN = 2;
/** A queue shorter than this is empty. */
const EMPTY_QUEUE: Millis = 4;

/** Pacing gain that probes for bandwidth, the more the longer the queue is empty. */
export class ProbeGain {
  value = PROBE_GAIN;
  #emptySince: Millis = 0;

  update(queue: Millis, roundTrip: Millis, recovering: boolean, now: Millis): void {
    // Where lanes limit us a higher rate costs nothing: their windows bound it.
    if (queue > EMPTY_QUEUE) this.#emptySince = now;
    const rounds = (now - this.#emptySince) / (roundTrip + SLACK);
    const most = recovering ? MAX_RECOVERY_GAIN : MAX_PROBE_GAIN;
    const step = recovering ? RECOVERY_STEP : PROBE_STEP;
    this.value = Math.min(most, PROBE_GAIN + Math.max(0, rounds - (recovering ? 0.5 : 1)) * step);
  }

  /** The queue has been empty since then, as far as is known. */
  restart(emptySince: Millis): void {
    this.#emptySince = emptySince;
  }
}
