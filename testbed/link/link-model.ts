/**
 * One direction of a network path: a drop-tail queue in front of a line of fixed rate, then loss, then delay. Pure:
 * sizes and times in, delivery times out. Loss stands behind the queue, so a lost packet has used the line.
 */
import { seededRandom, type Random } from './random.ts';

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
  /** Datagrams and bytes that came out, duplicates included. */
  delivered: number;
  deliveredBytes: number;
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

export class LinkModel {
  #options: LinkOptions;
  #lossRandom!: Random;
  #jitterRandom!: Random;
  #reorderRandom!: Random;
  #duplicateRandom!: Random;
  /** When the line has sent everything accepted so far. */
  #lineFreeAt = 0;
  /** Delivery of the last packet in order: jitter never overtakes it. */
  #lastDelivery = 0;
  #inBurst = false;
  #blackholeUntil = 0;
  #stats = emptyStats();
  #queueBins = new Uint32Array(QUEUE_BINS);
  #queueSum = 0;

  constructor(options: Partial<LinkOptions> = {}) {
    this.#options = { ...cleanLink, ...options };
    this.#reseed();
  }

  get options(): LinkOptions {
    return this.#options;
  }

  /** Takes effect for the next packet. The random streams start anew only when the seed is named. */
  configure(change: Partial<LinkOptions>): void {
    this.#options = { ...this.#options, ...change };
    if (change.seed !== undefined) this.#reseed();
  }

  /** Everything that enters before `until` disappears. */
  blackhole(until: number): void {
    this.#blackholeUntil = until;
  }

  /** The times at which a datagram entering now comes out: none, one, or two. `now` in ms, never decreasing. */
  accept(size: number, now: number, firstByte = 0xff): number[] {
    const options = this.#options;
    const stats = this.#stats;
    stats.datagrams++;
    stats.bytes += size;
    if (now < this.#blackholeUntil) {
      stats.droppedByBlackhole++;
      return [];
    }
    const queueDelay = Math.max(0, this.#lineFreeAt - now);
    if (options.rateMbit > 0) {
      if (queueDelay > options.queueMs) {
        stats.droppedByQueue++;
        return [];
      }
      const bits = (size + options.overheadBytes) * 8;
      this.#lineFreeAt = Math.max(now, this.#lineFreeAt) + bits / (options.rateMbit * 1000);
    } else {
      this.#lineFreeAt = now;
    }
    this.#countQueueDelay(queueDelay);

    // The loss stream advances for spared packets too, so that the option changes no other packet's fate.
    const lost = this.#drawLoss();
    if (lost && !(options.lossFreeHandshake && isHandshake(firstByte))) {
      stats.lost++;
      return [];
    }

    const leaves = this.#lineFreeAt + options.delayMs;
    const jittered = options.jitterMs > 0 ? leaves + this.#jitterRandom() * options.jitterMs : leaves;
    let delivery = Math.max(jittered, this.#lastDelivery);
    if (options.reorder > 0 && this.#reorderRandom() < options.reorder) {
      stats.reordered++;
      delivery += options.reorderMs;
    } else {
      this.#lastDelivery = delivery;
    }
    const deliveries = [delivery];
    if (options.duplicate > 0 && this.#duplicateRandom() < options.duplicate) {
      stats.duplicated++;
      deliveries.push(delivery);
    }
    stats.delivered += deliveries.length;
    stats.deliveredBytes += deliveries.length * size;
    return deliveries;
  }

  stats(): DirectionStats {
    const accepted = this.#stats.datagrams - this.#stats.droppedByQueue - this.#stats.droppedByBlackhole;
    return {
      ...this.#stats,
      queueMeanMs: accepted > 0 ? this.#queueSum / accepted : 0,
      queueP95Ms: this.#queuePercentile(0.95, accepted),
    };
  }

  resetStats(): void {
    this.#stats = emptyStats();
    this.#queueBins.fill(0);
    this.#queueSum = 0;
  }

  #reseed(): void {
    const { seed } = this.#options;
    this.#lossRandom = seededRandom(seed, 'loss');
    this.#jitterRandom = seededRandom(seed, 'jitter');
    this.#reorderRandom = seededRandom(seed, 'reorder');
    this.#duplicateRandom = seededRandom(seed, 'duplicate');
    this.#inBurst = false;
  }

  #drawLoss(): boolean {
    const { loss, burst } = this.#options;
    if (loss <= 0) return false;
    const draw = this.#lossRandom();
    if (burst <= 1 || loss >= 1) return draw < loss;
    // Gilbert: every packet of the bad state is lost. Leaving it with 1/L gives runs of mean length L; entering it
    // with this chance makes the share of time spent there equal to the loss.
    const enter = loss / (burst * (1 - loss));
    this.#inBurst = this.#inBurst ? draw >= 1 / burst : draw < enter;
    return this.#inBurst;
  }

  #countQueueDelay(delay: number): void {
    this.#queueSum += delay;
    const bin = Math.min(QUEUE_BINS - 1, Math.floor(delay));
    this.#queueBins[bin] = (this.#queueBins[bin] ?? 0) + 1;
    if (delay > this.#stats.queueMaxMs) this.#stats.queueMaxMs = delay;
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

function emptyStats(): DirectionStats {
  return {
    datagrams: 0,
    bytes: 0,
    lost: 0,
    droppedByQueue: 0,
    droppedByBlackhole: 0,
    delivered: 0,
    deliveredBytes: 0,
    duplicated: 0,
    reordered: 0,
    queueMeanMs: 0,
    queueP95Ms: 0,
    queueMaxMs: 0,
  };
}
