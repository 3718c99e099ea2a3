import type { Endpoint, LaneId, Millis, Transmit } from '../protocol/endpoint.ts';
import { seededRandom, type Random } from './random.ts';

export interface StallOptions {
  /** Mean time between two stalls, and their mean length: both exponential. */
  every: Millis;
  length: Millis;
  seed: number;
}

/** After a stall this many packets are handled a millisecond. */
const RELEASED = 12;

/**
 * An endpoint whose processor has other work now and then: what arrives in a stall waits, and is handled
 * afterwards lane by lane, as sockets are emptied, so that the newest of one lane overtakes the oldest of
 * another.
 */
export class StallingEndpoint<E> implements Endpoint<E> {
  readonly #inner: Endpoint<E>;
  readonly #options: StallOptions;
  readonly #random: Random;
  #nextStallAt: Millis;
  #stalledUntil: Millis = -Infinity;
  #releaseAt: Millis = -Infinity;
  readonly #waiting = new Map<LaneId, Uint8Array[]>();

  constructor(inner: Endpoint<E>, options: StallOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#nextStallAt = this.#exponential(options.every);
  }

  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    if (!this.#stalled(now) && this.#waiting.size === 0) return this.#inner.handlePacket(bytes, lane, now);
    const waiting = this.#waiting.get(lane);
    if (waiting === undefined) this.#waiting.set(lane, [bytes]);
    else waiting.push(bytes);
  }

  handleTimeout(now: Millis): void {
    if (this.#stalled(now)) return;
    if (now >= this.#releaseAt) this.#release(now);
    const timeout = this.#inner.nextTimeout();
    if (timeout !== undefined && timeout <= now) this.#inner.handleTimeout(now);
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    this.#inner.handleLaneOpen(lane, now);
  }

  handleLaneClosed(lane: LaneId, now: Millis): void {
    this.#waiting.delete(lane);
    this.#inner.handleLaneClosed(lane, now);
  }

  handleLaneBacklog(lane: LaneId, byteLength: number, now: Millis): void {
    this.#inner.handleLaneBacklog(lane, byteLength, now);
  }

  pollTransmit(now: Millis): Transmit | undefined {
    return this.#stalled(now) ? undefined : this.#inner.pollTransmit(now);
  }

  pollEvent(): E | undefined {
    return this.#inner.pollEvent();
  }

  nextTimeout(): Millis | undefined {
    const next = Math.min(
      this.#inner.nextTimeout() ?? Infinity,
      this.#waiting.size > 0 ? this.#releaseAt : Infinity,
    );
    const wanted = Math.max(next, this.#stalledUntil);
    return wanted === Infinity || next === Infinity ? undefined : wanted;
  }

  #stalled(now: Millis): boolean {
    while (now >= this.#nextStallAt) {
      this.#stalledUntil = this.#nextStallAt + this.#exponential(this.#options.length);
      this.#nextStallAt = this.#stalledUntil + this.#exponential(this.#options.every);
    }
    return now < this.#stalledUntil;
  }

  #release(now: Millis): void {
    for (let left = RELEASED; left > 0 && this.#waiting.size > 0;) {
      const lanes = [...this.#waiting.keys()];
      const lane = lanes[Math.floor(this.#random() * lanes.length)] as LaneId;
      for (const bytes of this.#waiting.get(lane) ?? []) {
        this.#inner.handlePacket(bytes, lane, now);
        left -= 1;
      }
      this.#waiting.delete(lane);
    }
    this.#releaseAt = now + 1;
  }

  #exponential(mean: Millis): Millis {
    return -mean * Math.log(1 - this.#random());
  }
}
