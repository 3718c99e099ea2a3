/** Records all that two endpoints emit, so that a change of a single byte is found. */
import { createHash } from 'node:crypto';
import type { Endpoint, LaneId, Millis, Transmit } from '../protocol/endpoint.ts';
import type { ReceiverEvent } from '../protocol/receiving/receiver-event.ts';
import type { SenderEvent } from '../protocol/sending/sender-event.ts';
import type { Side } from './pair.ts';

type AnyEvent = SenderEvent | ReceiverEvent;
type Field = number | string | boolean | Uint8Array;

/** Kinds of a record; part of the hash. */
const RECORD_TRANSMIT = 1;
const RECORD_EVENT = 2;
const RECORD_DEADLINE = 3;

/** SHA-256 over everything two endpoints emit: packets, events and deadlines, each with its side and time. */
export class Transcript {
  readonly #hash = createHash('sha256');
  readonly #scratch = Buffer.alloc(64 * 1024);
  #used = 0;

  add(kind: number, side: Side, now: Millis, ...fields: Field[]): void {
    this.#number(kind);
    this.#number(side === 'a' ? 0 : 1);
    this.#number(now);
    for (const field of fields) this.#field(field);
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #field(field: Field): void {
    if (typeof field === 'number') this.#number(field);
    else if (typeof field === 'boolean') this.#number(field ? 1 : 0);
    else this.#bytes(typeof field === 'string' ? Buffer.from(field) : field);
  }

  #number(value: number): void {
    if (this.#used + 8 > this.#scratch.length) this.#flush();
    this.#used = this.#scratch.writeDoubleLE(value, this.#used);
  }

  #bytes(bytes: Uint8Array): void {
    this.#number(bytes.length);
    if (this.#used + bytes.length > this.#scratch.length) this.#flush();
    if (bytes.length > this.#scratch.length) {
      this.#hash.update(bytes);
      return;
    }
    this.#scratch.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #flush(): void {
    this.#hash.update(this.#scratch.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** Records everything an endpoint emits; its deadline at the end of each drain, where it changed. */
export class RecordedEndpoint<E extends AnyEvent> implements Endpoint<E> {
  readonly #inner: Endpoint<E>;
  readonly #side: Side;
  readonly #transcript: Transcript;
  #now: Millis = 0;
  #deadline: Millis | undefined;

  constructor(inner: Endpoint<E>, side: Side, transcript: Transcript) {
    this.#inner = inner;
    this.#side = side;
    this.#transcript = transcript;
  }

  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    this.#inner.handlePacket(bytes, lane, now);
  }

  handleTimeout(now: Millis): void {
    this.#inner.handleTimeout(now);
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    this.#inner.handleLaneOpen(lane, now);
  }

  handleLaneClosed(lane: LaneId, now: Millis): void {
    this.#inner.handleLaneClosed(lane, now);
  }

  handleLaneBacklog(lane: LaneId, byteLength: number, now: Millis): void {
    this.#inner.handleLaneBacklog(lane, byteLength, now);
  }

  pollTransmit(now: Millis): Transmit | undefined {
    this.#now = now;
    const transmit = this.#inner.pollTransmit(now);
    if (transmit !== undefined)
      this.#transcript.add(RECORD_TRANSMIT, this.#side, now, transmit.lane, transmit.bytes);
    return transmit;
  }

  pollEvent(): E | undefined {
    const event = this.#inner.pollEvent();
    if (event !== undefined) this.#transcript.add(RECORD_EVENT, this.#side, this.#now, ...fieldsOf(event));
    else this.#recordDeadline();
    return event;
  }

  nextTimeout(): Millis | undefined {
    return this.#inner.nextTimeout();
  }

  #recordDeadline(): void {
    const deadline = this.#inner.nextTimeout();
    if (deadline === this.#deadline) return;
    this.#deadline = deadline;
    this.#transcript.add(RECORD_DEADLINE, this.#side, this.#now, deadline ?? -1);
  }
}

/**
 * An event as a number and its fields in a fixed order, so that renaming an event or a field leaves the hash
 * equal.
 */
function fieldsOf(event: AnyEvent): Field[] {
  switch (event.type) {
    case 'hello':
      return [1, event.instance, event.name];
    case 'accepted':
      return [2, event.transfer];
    case 'declined':
      return [3, event.transfer];
    case 'need':
      return [4, event.transfer, event.kind, event.block, event.from, event.to];
    case 'delivered':
      return [20, event.transfer];
    case 'complete':
      return [5, event.transfer, event.verified];
    case 'cancelled':
      return [6, event.transfer, event.reason];
    case 'progress': {
      const { final, packets, duplicates, chunks, repaired, runs, twice, holes } = event.report;
      const counts = [packets, duplicates, chunks, repaired, runs.length, twice.length];
      return [7, event.transfer, final, ...counts, ...runFields([...runs, ...twice, ...holes])];
    }
    case 'lanes':
      return [8, event.target, event.hold];
    case 'silence':
      return [9, event.transfer];
    case 'paused':
      return [21, event.transfer, event.paused];
    case 'bye':
      return [10];
    case 'offered':
      return [11, event.transfer, event.header.name, event.header.byteLength];
    case 'chunk':
      return [12, event.transfer, event.chunk];
    case 'twice':
      return [13, event.transfer, event.chunk];
    case 'block': {
      const { transfer, kind, block, at, bytes, rebuilt } = event;
      return [14, transfer, kind, block, at, bytes, ...rebuilt];
    }
    case 'sending':
      return [15, event.transfer, event.roundTrip, ...runFields(event.again)];
    case 'whole':
      return [16, event.transfer];
    case 'final':
      return [17, event.transfer];
    case 'flooded':
      return [18];
    case 'invited':
      return [22];
    case 'back':
      return [23, event.nonce];
    case 'violation':
      return [19, event.transfer];
    case 'uplink': {
      const { sending, limited, queue, rate, sharers, roundTrip } = event.report;
      return [24, sending, limited, queue, rate, sharers, roundTrip];
    }
  }
}

function runFields(runs: readonly { readonly first: number; readonly count: number }[]): number[] {
  return runs.flatMap(({ first, count }) => [first, count]);
}
