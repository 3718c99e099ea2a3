import type { Millis } from '../protocol/endpoint.ts';
import { LossProcess, NO_LOSS } from './loss.ts';
import type { Loss } from './loss.ts';
import { seededRandom } from './random.ts';
import type { Random } from './random.ts';

/** Headers of a lane message on the wire: IPv4 20, UDP 8, DTLS 1.2 record 37, SCTP common and DATA 28. */
const LANE_OVERHEAD = 93;

/** What `queueMs` and `queueBytes` leave open: the queue of the benchmark's link. */
const DEFAULT_QUEUE_MS = 100;

/**
 * What travels over a simulated link knows where it is delivered, so that lanes and rival flows share one
 * queue.
 */
export interface Datagram {
  deliver(now: Millis): void;
  /**
   * What a duplicating link delivers besides: the callee owns the bytes of each, so they must not be shared.
   */
  copy(): Datagram;
}

/** What a link does to packets. */
export interface LinkParameters {
  /** Bits per second at the bottleneck; `Infinity`: no bottleneck. */
  rate: number;
  /** The drop-tail queue's length, in bytes or in milliseconds at `rate`; bytes win. Default 100 ms. */
  queueBytes?: number;
  queueMs?: number;
  /** One way, without queue. */
  delay: Millis;
  /** Each packet takes up to this much longer, evenly spread. Order is kept; `reorder` breaks it. */
  jitter?: Millis;
  /**
   * The way itself grows by up to twice `by` and shrinks again, once in `period`: a satellite's, a cell's.
   */
  wander?: { by: Millis; period: Millis };
  /** Drops what exceeds `rate` (bits per second) by more than `burst` bytes, and queues nothing. */
  policer?: { rate: number; burst: number };
  loss?: Loss;
  /** With probability `p` a packet is held back by `by`, so that later ones overtake it. */
  reorder?: { p: number; by: Millis };
  /** Probability that a packet is delivered twice. */
  duplicate?: number;
  /** Bytes of headers added to each packet's size. */
  overhead?: number;
}

/** One direction of a path; the same seed loses and delays the same packets. */
export interface LinkOptions extends LinkParameters {
  seed: number;
}

export interface LinkStats {
  /** Packets given to the link. */
  sent: number;
  /** Of those: dropped because the queue was full, lost by chance or blackout behind the queue. */
  queueDropped: number;
  lost: number;
  /** Of the lost ones: by blackout. */
  blackedOut: number;
  reordered: number;
  duplicated: number;
  /** Packets delivered, duplicates included. */
  delivered: number;
  /** Bytes that passed the bottleneck, headers included, lost ones too. */
  byteLength: number;
  /** Waiting time in the queue of the packets it accepted, without their own transmission. */
  queueDelaySum: Millis;
  queueDelayMax: Millis;
}

/**
 * One direction of a path: a drop-tail queue served at `rate`, chance loss where it ends, then the way to the
 * other side. Pure: time is given with every call and never decreases. A packet's fate is settled when it is
 * sent, so a change of parameters touches the packets sent from then on.
 */
export class Link<P> {
  stats = noStats();
  #parameters: LinkParameters;
  readonly #loss: LossProcess;
  #jitter: Random;
  #reorder: Random;
  #duplicate: Random;
  /** When the bottleneck has sent all it holds. */
  #busyUntil: Millis = 0;
  #lastArrival: Millis = 0;
  /** Bytes that the policer's bucket holds, and when it was last filled. */
  #tokens = Infinity;
  #filledAt: Millis = 0;
  #blackoutFrom: Millis = Infinity;
  #blackoutTo: Millis = -Infinity;
  /** On their way, ordered by arrival; `#head` is the first not yet taken. */
  #packets: (P | undefined)[] = [];
  #arrivals: Millis[] = [];
  /** When each leaves the bottleneck. */
  #departures: Millis[] = [];
  #head = 0;

  readonly #copy: (packet: P) => P;

  /** @param copy makes the second packet of a duplicate, where a packet must not be delivered twice. */
  constructor({ seed, ...parameters }: LinkOptions, copy: (packet: P) => P = (packet) => packet) {
    this.#copy = copy;
    this.#parameters = parameters;
    this.#loss = new LossProcess(parameters.loss ?? NO_LOSS, seededRandom(seed, 0));
    this.#jitter = seededRandom(seed, 1);
    this.#reorder = seededRandom(seed, 2);
    this.#duplicate = seededRandom(seed, 3);
  }

  get parameters(): Readonly<LinkParameters> {
    return this.#parameters;
  }

  /**
   * Changes parameters in the middle of a run, for packets sent from now on.
   * @param now a changed rate holds from then on for what waits in the queue, too; `undefined`: nothing waits
   */
  set(change: Partial<LinkParameters>, now?: Millis): void {
    if (change.rate !== undefined && now !== undefined)
      this.#stretchQueue(this.#parameters.rate / change.rate, now);
    this.#parameters = { ...this.#parameters, ...change };
    if (change.loss) this.#loss.set(change.loss);
  }

  /** Begins all random streams again, as if the link had been made with `seed`. */
  reseed(seed: number): void {
    this.#loss.reset(seededRandom(seed, 0));
    this.#jitter = seededRandom(seed, 1);
    this.#reorder = seededRandom(seed, 2);
    this.#duplicate = seededRandom(seed, 3);
  }

  resetStats(): void {
    this.stats = noStats();
  }

  /** Loses every packet that would leave the queue in [from, to). One interval at a time. */
  blackout(from: Millis, to: Millis): void {
    this.#blackoutFrom = from;
    this.#blackoutTo = to;
  }

  /** How long a packet sent now would wait in the queue. */
  queueDelay(now: Millis): Millis {
    return Math.max(0, this.#busyUntil - now);
  }

  /** Packets between the two ends. */
  get inFlight(): number {
    return this.#packets.length - this.#head;
  }

  /**
   * @param size payload bytes; `overhead` is added, the link's own unless the packet has other headers.
   * @param spared never lost by chance; its draw is made all the same, so that no other packet's fate
   * changes.
   * @returns whether it will arrive, for models that represent a retransmission; real endpoints must not
   * look.
   */
  send(packet: P, size: number, now: Millis, headers?: number, spared = false): boolean {
    const { rate, delay, jitter = 0, reorder, duplicate = 0, overhead = LANE_OVERHEAD } = this.#parameters;
    const stats = this.stats;
    stats.sent++;
    const wire = size + (headers ?? overhead);
    const wait = this.queueDelay(now);
    if ((wait > 0 && (wait * rate) / 8000 + wire > this.#queueBytes()) || !this.#police(wire, now)) {
      stats.queueDropped++;
      return false;
    }
    stats.byteLength += wire;
    stats.queueDelaySum += wait;
    if (wait > stats.queueDelayMax) stats.queueDelayMax = wait;
    const departure = now + wait + (wire * 8000) / rate;
    this.#busyUntil = departure;

    const chance = this.#loss.next() && !spared;
    const extra = jitter > 0 ? this.#jitter() * jitter : 0;
    const dark = departure >= this.#blackoutFrom && departure < this.#blackoutTo;
    if (chance || dark) {
      stats.lost++;
      if (dark) stats.blackedOut++;
      return false;
    }
    let arrival = Math.max(this.#lastArrival, departure + delay + extra + this.#wandered(departure));
    if (reorder && this.#reorder() < reorder.p) {
      stats.reordered++;
      arrival += reorder.by;
    } else this.#lastArrival = arrival;
    this.#insert(packet, arrival, departure);
    if (duplicate > 0 && this.#duplicate() < duplicate) {
      stats.duplicated++;
      this.#insert(this.#copy(packet), arrival, departure);
    }
    return true;
  }

  /** The next packet that has arrived by `now`, in order of arrival. */
  poll(now: Millis): P | undefined {
    const head = this.#head;
    const arrival = this.#arrivals[head];
    if (arrival === undefined || arrival > now) return undefined;
    const packet = this.#packets[head];
    this.#packets[head] = undefined;
    this.#head = head + 1;
    this.stats.delivered++;
    if (this.#head >= 1024 && this.#head * 2 >= this.#packets.length) {
      this.#packets = this.#packets.slice(this.#head);
      this.#arrivals = this.#arrivals.slice(this.#head);
      this.#departures = this.#departures.slice(this.#head);
      this.#head = 0;
    }
    return packet;
  }

  /** When the next packet arrives. */
  nextTimeout(): Millis | undefined {
    return this.#arrivals[this.#head];
  }

  /** Mean time that accepted packets waited in the queue. */
  meanQueueDelay(): Millis {
    const accepted = this.stats.sent - this.stats.queueDropped;
    return accepted === 0 ? 0 : this.stats.queueDelaySum / accepted;
  }

  /** Whether the policer lets these bytes pass. */
  #police(wire: number, now: Millis): boolean {
    const { policer } = this.#parameters;
    if (policer === undefined) return true;
    const filled = this.#tokens + ((now - this.#filledAt) * policer.rate) / 8000;
    this.#filledAt = now;
    this.#tokens = Math.min(policer.burst, filled);
    if (this.#tokens < wire) return false;
    this.#tokens -= wire;
    return true;
  }

  #wandered(at: Millis): Millis {
    const { wander } = this.#parameters;
    return wander === undefined ? 0 : wander.by * (1 - Math.cos((2 * Math.PI * at) / wander.period));
  }

  #queueBytes(): number {
    const { rate, queueBytes, queueMs = DEFAULT_QUEUE_MS } = this.#parameters;
    return queueBytes ?? (queueMs * rate) / 8000;
  }

  /** What is left to send of the queue takes `factor` times as long. */
  #stretchQueue(factor: number, now: Millis): void {
    if (this.#busyUntil <= now) return;
    this.#busyUntil = now + (this.#busyUntil - now) * factor;
    let last = now;
    for (let at = this.#head; at < this.#packets.length; at++) {
      const departure = this.#departures[at] as number;
      const longer = Math.max(0, departure - now) * (factor - 1);
      this.#departures[at] = departure + longer;
      last = Math.max(last, (this.#arrivals[at] as number) + longer);
      this.#arrivals[at] = last;
    }
    this.#lastArrival = last;
  }

  /** Nearly always at the end: only held-back packets are walked past. */
  #insert(packet: P, arrival: Millis, departure: Millis): void {
    const packets = this.#packets;
    const arrivals = this.#arrivals;
    const departures = this.#departures;
    let at = packets.length;
    packets.push(packet);
    arrivals.push(arrival);
    departures.push(departure);
    while (at > this.#head && (arrivals[at - 1] as number) > arrival) {
      packets[at] = packets[at - 1];
      arrivals[at] = arrivals[at - 1] as number;
      departures[at] = departures[at - 1] as number;
      at--;
    }
    packets[at] = packet;
    arrivals[at] = arrival;
    departures[at] = departure;
  }
}

function noStats(): LinkStats {
  return {
    sent: 0,
    queueDropped: 0,
    lost: 0,
    blackedOut: 0,
    reordered: 0,
    duplicated: 0,
    delivered: 0,
    byteLength: 0,
    queueDelaySum: 0,
    queueDelayMax: 0,
  };
}
