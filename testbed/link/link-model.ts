/**
 * One direction of the relay's path: the simulation's link, in the units of tests and benchmarks (Mbit/s, one
 * loss with one burst length), with the counts that they read.
 */
import { Link, type LinkParameters } from '../../lib/simulation/link.ts';

export interface LinkOptions {
  /** Line rate in Mbit/s, counting `overheadBytes` a datagram. 0: unlimited. */
  rateMbit: number;
  /** Longest wait in the queue; a packet that would wait longer is dropped. */
  queueMs: number;
  /** One way. */
  delayMs: number;
  /** Each packet waits up to this much longer; order is kept. */
  jitterMs: number;
  /** Share of packets lost, 0 … 1. */
  loss: number;
  /** Mean number of packets lost in a row (Gilbert–Elliott); 1 or less: losses are independent. */
  burst: number;
  /** Share of packets that are held back by `reorderMs`, so that later ones overtake them. */
  reorder: number;
  reorderMs: number;
  /** Share of packets delivered twice. */
  duplicate: number;
  /** STUN and the visible part of the DTLS handshake are never lost. */
  lossFreeHandshake: boolean;
  /** IPv4 and UDP headers, which the line carries but the relay does not see. */
  overheadBytes: number;
  seed: number;
}

export const cleanLink: LinkOptions = {
  rateMbit: 0,
  queueMs: 100,
  delayMs: 0,
  jitterMs: 0,
  loss: 0,
  burst: 1,
  reorder: 0,
  reorderMs: 8,
  duplicate: 0,
  lossFreeHandshake: false,
  overheadBytes: 28,
  seed: 1,
};

export interface DirectionStats {
  /** Datagrams and bytes (UDP payload) that entered. */
  datagrams: number;
  bytes: number;
  lost: number;
  droppedByQueue: number;
  droppedByBlackhole: number;
  /** Datagrams delivered so far, duplicates included. */
  delivered: number;
  duplicated: number;
  reordered: number;
  queueMeanMs: number;
  queueP95Ms: number;
  queueMaxMs: number;
}

/** Queue delays are counted in bins of one millisecond; the last bin takes all that is longer. */
const QUEUE_BINS = 2048;

/** STUN (RFC 5389 §6: 0 … 3) and DTLS change-cipher, alert and plain handshake records (20 … 22). */
function isHandshake(firstByte: number): boolean {
  return firstByte <= 3 || (firstByte >= 20 && firstByte <= 22);
}

function parametersOf(options: LinkOptions): LinkParameters {
  const { loss, burst } = options;
  return {
    rate: options.rateMbit > 0 ? options.rateMbit * 1e6 : Infinity,
    queueMs: options.queueMs,
    delay: options.delayMs,
    jitter: options.jitterMs,
    loss: burst > 1 ? { kind: 'bursts', p: loss, meanLength: burst } : { kind: 'independent', p: loss },
    reorder: { p: options.reorder, by: options.reorderMs },
    duplicate: options.duplicate,
    overhead: options.overheadBytes,
  };
}

export class LinkModel<P> {
  #options: LinkOptions;
  readonly #link: Link<P>;
  /** UDP payload that entered. */
  #bytes = 0;
  readonly #queueBins = new Uint32Array(QUEUE_BINS);

  constructor(options: Partial<LinkOptions> = {}) {
    this.#options = { ...cleanLink, ...options };
    this.#link = new Link<P>({ ...parametersOf(this.#options), seed: this.#options.seed });
  }

  get options(): LinkOptions {
    return this.#options;
  }

  /** Takes effect for the next packet. The random streams start anew only when the seed is named. */
  configure(change: Partial<LinkOptions>): void {
    const before = this.#options;
    this.#options = { ...before, ...change };
    const { loss, ...others } = parametersOf(this.#options);
    // A new loss process ends the burst it is in: only when it is another one.
    const otherLoss = this.#options.loss !== before.loss || this.#options.burst !== before.burst;
    this.#link.set(otherLoss && loss !== undefined ? { ...others, loss } : others);
    if (change.seed !== undefined) this.#link.reseed(change.seed);
  }

  /** Everything that would leave the queue before `until` disappears. */
  blackhole(until: number): void {
    this.#link.blackout(-Infinity, until);
  }

  /**
   * A datagram of `size` bytes enters. `now` in ms, never decreasing. @returns whether it will be delivered
   */
  send(packet: P, size: number, now: number, firstByte = 0xff): boolean {
    this.#bytes += size;
    const delay = this.#link.queueDelay(now);
    const dropped = this.#link.stats.queueDropped;
    const spared = this.#options.lossFreeHandshake && isHandshake(firstByte);
    const delivered = this.#link.send(packet, size, now, undefined, spared);
    if (this.#link.stats.queueDropped === dropped) {
      const bin = Math.min(QUEUE_BINS - 1, Math.floor(delay));
      this.#queueBins[bin] = (this.#queueBins[bin] ?? 0) + 1;
    }
    return delivered;
  }

  /** The next datagram that is due by `now`, in order of delivery. */
  poll(now: number): P | undefined {
    return this.#link.poll(now);
  }

  /** When the next datagram is due. */
  nextTimeout(): number | undefined {
    return this.#link.nextTimeout();
  }

  stats(): DirectionStats {
    const { sent, queueDropped, lost, blackedOut, delivered, duplicated, reordered, queueDelayMax } =
      this.#link.stats;
    return {
      datagrams: sent,
      bytes: this.#bytes,
      lost: lost - blackedOut,
      droppedByQueue: queueDropped,
      droppedByBlackhole: blackedOut,
      delivered,
      duplicated,
      reordered,
      queueMeanMs: this.#link.meanQueueDelay(),
      queueP95Ms: this.#queuePercentile(0.95, sent - queueDropped),
      queueMaxMs: queueDelayMax,
    };
  }

  resetStats(): void {
    this.#link.resetStats();
    this.#bytes = 0;
    this.#queueBins.fill(0);
  }

  #queuePercentile(share: number, count: number): number {
    let seen = 0;
    for (let bin = 0; bin < QUEUE_BINS; bin++) {
      seen += this.#queueBins[bin] ?? 0;
      if (seen > 0 && seen >= share * count) return bin;
    }
    return 0;
  }
}
