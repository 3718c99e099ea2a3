import type { Millis } from '../endpoint.ts';
import type { TrainRate } from '../congestion/rate-controller.ts';
import type { TrainReport } from '../wire/feedback-packet.ts';
import { DATA_PACKET, TICKS } from '../wire/lane-packet.ts';

/**
 * Packets of the first train and of the last. A bottleneck spaces packets that reach it at once by the time
 * that it takes for each (packet pairs, Keshav 1991; trains, Dovrolis et al., INFOCOM 2001): the longer, the
 * less two event loops count. All together are 67 KB.
 */
const FIRST = 4;
const LAST = 32;
/**
 * A train that took this long is exact enough, and the next one would fill the queue of a slow path. The
 * first one is followed by another, since pages that have just met are busy and a stall of an event loop
 * takes as long; of the same length, if it took so long that twice as many would fill the queue.
 */
const LONG: Millis = 20;
const TOO_LONG: Millis = 40;
/** After one that took less the next is four times as long, else twice: a far path has no time for many. */
const SHORT: Millis = 5;
/** A train of which nothing was heard for so long is the last: the path is not what trains are for. */
const PATIENCE: Millis = 1500;
/** What was sent so much later than a train followed it: times are rounded to ticks. */
const FOLLOWED: Millis = 5;
/** Between the end of one train and the next: the queue that it left drains. */
const REST: Millis = 40;
/** On another connection: its lanes open one after the other, and one alone would hold a train back. */
const SETTLING: Millis = 600;
/** Trains of fewer packets decide only where there is no longer one. */
const DECIDING = 8;

/** A train that is over. */
interface Judged extends TrainRate {
  readonly length: number;
}

/**
 * Trains of full probes while the path is idle, each longer than the one before, until one takes long: what
 * the path carries is known before it is needed, and how many lanes are worth their handshakes.
 */
export class CapacityTrains {
  /** Trains begun. */
  #begun = 0;
  /** Packets of the newest, how many of them are still to be sent, and packets of the next. */
  #length = 0;
  #left = 0;
  #next = FIRST;
  #sentAt: Millis = 0;
  /** The newest is being sent, or its report is awaited. */
  #open = false;
  #report: TrainReport | undefined;
  #nextAt: Millis = 0;
  #last: Judged | undefined;
  #previous: Judged | undefined;
  #enough = false;
  /** A train has shown whether the path is slow. */
  #decided = false;

  /** Its packets are on their way: what else is measured now meets the queue that they make. */
  get open(): boolean {
    return this.#open;
  }

  /** No train follows. */
  get over(): boolean {
    return !this.#open && (this.#enough || this.#length === LAST);
  }

  /** Whether the path is slow is not known yet. */
  get undecided(): boolean {
    return !this.#decided && !this.over;
  }

  /** The first train has shown a slow path, which the second one may not. */
  get seemSlow(): boolean {
    return this.#last !== undefined && this.undecided;
  }

  get begun(): boolean {
    return this.#begun > 0;
  }

  /** Packets of the next train. */
  get next(): number {
    return this.#next;
  }

  /** The next packet's place in its train; `undefined`: none is due. */
  poll(now: Millis): { readonly train: number; readonly place: number } | undefined {
    if (this.#open && this.#left === 0 && now - this.#sentAt > PATIENCE) {
      this.#judge(now);
      this.#enough = true;
    }
    if (!this.#open && !this.over && now >= this.#nextAt) {
      this.#length = this.#next;
      this.#left = this.#length;
      this.#begun += 1;
      this.#open = true;
      this.#report = undefined;
      this.#sentAt = now;
    }
    if (this.#left === 0) return undefined;
    this.#left -= 1;
    this.#sentAt = now;
    return { train: this.#begun, place: this.#length - 1 - this.#left };
  }

  /** `Infinity`: not before a report. */
  nextTimeout(): Millis {
    if (this.over) return Infinity;
    if (!this.#open) return this.#nextAt;
    return this.#left > 0 ? this.#sentAt : this.#sentAt + PATIENCE + 1;
  }

  /**
   * What feedback says of a train, believed as far as it can be true.
   * @param delivered something that was sent at this time has arrived
   */
  heard(report: TrainReport | undefined, delivered: Millis, now: Millis): void {
    if (!this.#open || this.#left > 0) return;
    if (report?.train === this.#begun && report.last < this.#length) this.#report = report;
    // What followed it has arrived, or its last packet has.
    if (delivered > this.#sentAt + FOLLOWED || this.#report?.last === this.#length - 1) this.#judge(now);
  }

  /** A picture is sent: the train is broken off. */
  stop(): void {
    if (this.#open) this.#enough = true;
    this.#open = false;
    this.#left = 0;
  }

  /**
   * What was found is of another path, and so is a train that is on its way. Those that are left show what
   * this one carries.
   */
  forget(now: Millis): void {
    this.#last = undefined;
    this.#previous = undefined;
    // Sent once, however often the connection is lost.
    if (this.#open) this.#lengthen(2);
    this.#open = false;
    this.#left = 0;
    this.#nextAt = now + SETTLING;
  }

  /** What the path carries, `undefined`: not known. */
  get rate(): TrainRate | undefined {
    const last = this.#last;
    const previous = this.#previous;
    if (!this.#decided) return undefined;
    if (last === undefined || previous === undefined || previous.length < DECIDING) return last;
    return { rate: Math.min(last.rate, previous.rate), time: last.time };
  }

  #judge(now: Millis): void {
    const report = this.#report;
    this.#open = false;
    this.#nextAt = now + REST;
    const time = Math.max(1, report?.time ?? 0) / TICKS;
    const long = time > LONG;
    this.#decided = !long || this.#begun > 1;
    this.#enough = long && this.#decided;
    if (time < TOO_LONG) this.#lengthen(report !== undefined && time < SHORT ? 4 : 2);
    if (report === undefined) return;
    this.#previous = this.#last;
    this.#last = { length: this.#length, time, rate: ((report.last - report.first) * DATA_PACKET) / time };
  }

  #lengthen(factor: number): void {
    this.#next = Math.min(LAST, this.#length * factor);
  }
}
