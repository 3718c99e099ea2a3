import type { Millis } from '../protocol/endpoint.ts';
import type { Chunk, Message, Sack } from './chunk.ts';
import type { TimerId, Timers } from './timers.ts';

export interface ReceiverOptions {
  /** Hand messages out in order of their numbers. */
  ordered: boolean;
  /** An acknowledgement waits this long for a second packet. */
  delayedAck: Millis;
  /** Gap blocks in one acknowledgement, lowest first. dcSCTP: 20. */
  gapBlocks: number;
}

/**
 * The receiving end of one direction of an association: reassembly, order and acknowledgements (RFC 9260
 * §6.2).
 */
export class AssociationReceiver {
  /** Highest number up to which nothing is missing. */
  #cumulative = -1;
  /** What arrived beyond, as flat, sorted, disjoint [first, last] pairs. */
  #ranges: number[] = [];
  #unacknowledged = 0;
  readonly #delayed: TimerId;
  /** Whole messages that wait for an earlier one. */
  readonly #waiting = new Map<number, Message>();
  #expected = 0;
  readonly #options: ReceiverOptions;
  readonly #timers: Timers;
  readonly #deliver: (message: Message, now: Millis) => void;
  readonly #acknowledge: (sack: Sack, now: Millis) => void;

  constructor(
    options: ReceiverOptions,
    timers: Timers,
    deliver: (message: Message, now: Millis) => void,
    acknowledge: (sack: Sack, now: Millis) => void,
  ) {
    this.#options = options;
    this.#timers = timers;
    this.#deliver = deliver;
    this.#acknowledge = acknowledge;
    this.#delayed = timers.add((now) => this.#sendSack(now));
  }

  /** @param immediate the sender asks for an acknowledgement at once */
  handlePacket(
    chunks: readonly Chunk[],
    forwardTo: number | undefined,
    immediate: boolean,
    now: Millis,
  ): void {
    let duplicate = false;
    for (const chunk of chunks) {
      if (this.#register(chunk.number)) this.#reassemble(chunk, now);
      else duplicate = true;
    }
    if (forwardTo !== undefined) this.#forward(forwardTo);
    this.#unacknowledged++;
    if (
      immediate ||
      duplicate ||
      forwardTo !== undefined ||
      this.#ranges.length > 0 ||
      this.#unacknowledged >= 2
    )
      this.#sendSack(now);
    else if (!this.#timers.isSet(this.#delayed))
      this.#timers.set(this.#delayed, now + this.#options.delayedAck);
  }

  close(): void {
    this.#timers.set(this.#delayed, undefined);
  }

  #sendSack(now: Millis): void {
    this.#unacknowledged = 0;
    this.#timers.set(this.#delayed, undefined);
    this.#acknowledge(
      { cumulative: this.#cumulative, gaps: this.#ranges.slice(0, 2 * this.#options.gapBlocks) },
      now,
    );
  }

  /** `false`: it is here already, or was given up. */
  #register(number: number): boolean {
    if (number <= this.#cumulative) return false;
    const ranges = this.#ranges;
    // From the back: most arrivals extend the last range.
    let at = ranges.length;
    while (at > 0 && (ranges[at - 2] as number) > number) at -= 2;
    if (at > 0 && (ranges[at - 1] as number) >= number) return false;
    const joinsBefore = at > 0 && ranges[at - 1] === number - 1;
    const joinsAfter = at < ranges.length && ranges[at] === number + 1;
    if (joinsBefore && joinsAfter) ranges.splice(at - 1, 2);
    else if (joinsBefore) ranges[at - 1] = number;
    else if (joinsAfter) ranges[at] = number;
    else ranges.splice(at, 0, number, number);
    this.#absorb();
    return true;
  }

  #forward(to: number): void {
    if (to <= this.#cumulative) return;
    this.#cumulative = to;
    this.#absorb();
  }

  /** Moves the cumulative number over the ranges that now touch it. */
  #absorb(): void {
    const ranges = this.#ranges;
    let used = 0;
    while (used < ranges.length && (ranges[used] as number) <= this.#cumulative + 1) {
      this.#cumulative = Math.max(this.#cumulative, ranges[used + 1] as number);
      used += 2;
    }
    if (used > 0) ranges.splice(0, used);
  }

  #reassemble({ message, length }: Chunk, now: Millis): void {
    message.arrived += length;
    if (message.arrived < message.size) return;
    if (!this.#options.ordered) {
      this.#deliver(message, now);
      return;
    }
    this.#waiting.set(message.sequence, message);
    for (let next = this.#waiting.get(this.#expected); next; next = this.#waiting.get(this.#expected)) {
      this.#waiting.delete(this.#expected++);
      this.#deliver(next, now);
    }
  }
}
