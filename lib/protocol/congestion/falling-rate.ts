import type { Millis } from '../endpoint.ts';
import { SLACK } from './round-trip.ts';

/** Less than this share of what is sent arrives: the path carries less than it did. */
const FALLEN = 0.65;
/** A queue shorter than this is no sign of it. */
const MIN_QUEUE: Millis = 12;
/** Where the path's delay varies by more than this by itself, packets arrive in bursts. */
const MAX_NOISE: Millis = 5;
/** The queue that is left, and the round trips in which what is beyond it drains. */
const TARGET_QUEUE: Millis = 16;
const DRAIN_ROUNDS = 1.5;
const MIN_GAIN = 0.1;
/** After so many round trips a queue that has not drained is not the fall's, but somebody else's. */
const MAX_ROUNDS = 4;

/** What one feedback shows of a fall. */
export interface FallInput {
  readonly queue: Millis;
  /** How long the queue has not drained. */
  readonly undrainedFor: Millis;
  /** By how much the path's own delay varies. */
  readonly noise: Millis;
  readonly roundTrip: Millis;
  /** Bytes sent after the newest packet that was delivered. */
  readonly flight: number;
  /** Bytes a millisecond: what arrives, compensated for the path's own loss, and how fast that was sent. */
  readonly carried: number;
  readonly sendingRate: number;
  /** That is an average with a time in which nothing arrived. */
  readonly afterSilence: boolean;
  /** The model's bottleneck rate, bytes a millisecond. */
  readonly bandwidth: number;
}

/**
 * Backs off when the path carries much less at once: by the queue that all that is on its way will make,
 * since the one that shows is that of a round trip ago (Smith's predictor; as PRR, RFC 6937, it sends in
 * proportion to what is delivered).
 */
export class FallingRate {
  /** Pacing gain over the bottleneck rate, at most; `undefined`: no fall is to be drained. */
  gain: number | undefined;

  update({ queue, undrainedFor, noise, ...path }: FallInput): void {
    const { roundTrip, flight, carried, sendingRate, afterSilence, bandwidth } = path;
    const excess = flight / carried - roundTrip - SLACK / 2 - TARGET_QUEUE;
    const own = undrainedFor < MAX_ROUNDS * (roundTrip + SLACK);
    // Written so that it ends, too, while nothing is delivered.
    const draining = own && queue > MIN_QUEUE && noise < MAX_NOISE && carried > 0 && excess > 0;
    const begins = !afterSilence && carried < FALLEN * Math.min(sendingRate, bandwidth);
    const fallen = this.gain !== undefined || begins;
    const share = (carried / bandwidth) * (1 - excess / Math.max(40, DRAIN_ROUNDS * roundTrip));
    this.gain = draining && fallen ? Math.max(MIN_GAIN, share) : undefined;
  }

  /** After an idle period. */
  reset(): void {
    this.gain = undefined;
  }
}
