/** A whole album over a path where sides reload and lanes die; the tests count what arrives. */
import {
  CONTROL_LANE,
  type Endpoint,
  type LaneId,
  type Millis,
  type Transmit,
} from '../protocol/endpoint.ts';
import type { Run } from '../protocol/wire/run-list.ts';
import { MAX_OPEN_BLOCKS } from '../protocol/limits.ts';
import { Receiver } from '../protocol/receiving/receiver.ts';
import type { ReceiverEvent } from '../protocol/receiving/receiver-event.ts';
import { Sender } from '../protocol/sending/sender.ts';
import type { SenderEvent } from '../protocol/sending/sender-event.ts';
import { ORIGINAL } from '../protocol/wire/stream-id.ts';
import type { LaneModel } from './lane-link.ts';
import type { LinkOptions } from './link.ts';
import { Pair, type Side } from './pair.ts';

/**
 * An endpoint that can be exchanged in the middle of a run, with a clock that may run elsewhere than the
 * pair's.
 */
class Seat<E> implements Endpoint<E> {
  endpoint: Endpoint<E>;
  readonly #ahead: Millis;
  constructor(endpoint: Endpoint<E>, ahead: Millis) {
    this.endpoint = endpoint;
    this.#ahead = ahead;
  }
  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    this.endpoint.handlePacket(bytes, lane, now + this.#ahead);
  }
  handleTimeout(now: Millis): void {
    this.endpoint.handleTimeout(now + this.#ahead);
  }
  handleLaneOpen(lane: LaneId, now: Millis): void {
    this.endpoint.handleLaneOpen(lane, now + this.#ahead);
  }
  handleLaneClosed(lane: LaneId, now: Millis): void {
    this.endpoint.handleLaneClosed(lane, now + this.#ahead);
  }
  handleLaneBacklog(lane: LaneId, byteLength: number, now: Millis): void {
    this.endpoint.handleLaneBacklog(lane, byteLength, now + this.#ahead);
  }
  pollTransmit(now: Millis): Transmit | undefined {
    return this.endpoint.pollTransmit(now + this.#ahead);
  }
  pollEvent(): E | undefined {
    return this.endpoint.pollEvent();
  }
  nextTimeout(): Millis | undefined {
    const at = this.endpoint.nextTimeout();
    return at === undefined ? undefined : at - this.#ahead;
  }
}

export interface AlbumOptions {
  aToB: LinkOptions;
  bToA: LinkOptions;
  laneModel?: LaneModel;
  lanes: number;
  maxLanes?: number;
  pictures: readonly Uint8Array[];
  previews?: readonly Uint8Array[];
  /** Offer the next when the one before has ended, or all at once. */
  overlap?: boolean;
  declines?: (picture: number) => boolean;
  /** A peer may say what is not so: pictures that were not offered, damage where there is none. */
  lies?: boolean;
  /** What the clocks of the two sides show when the pair's shows zero. */
  clocks?: readonly [Millis, Millis];
  /** Wraps each endpoint, for example in a recorder or a processor that stalls. */
  around?: <E extends SenderEvent | ReceiverEvent>(endpoint: Endpoint<E>, side: Side) => Endpoint<E>;
}

export type Outcome = 'whole' | 'declined' | 'cancelled' | 'silence';

/**
 * Two real endpoints carry several pictures while the network and the people do what they like. Holds on the
 * way that every byte delivered is right, that no block is delivered twice, and that neither side has more
 * open blocks than allowed.
 */
export class Album {
  readonly sender = new Sender();
  receiver = new Receiver();
  readonly pair: Pair<SenderEvent, ReceiverEvent>;
  /** By picture: how it ended for each side. */
  readonly sent = new Map<number, Outcome>();
  readonly received = new Map<number, Outcome>();
  /** Blocks whole at the receiver, by picture: what storage would remember. */
  readonly stored: Set<number>[];
  previewsSeen = 0;
  lanes: number;
  readonly #options: AlbumOptions;
  readonly #seat: Seat<ReceiverEvent>;
  readonly #ahead: Millis;
  #offered = 0;

  constructor(options: AlbumOptions) {
    this.#options = options;
    this.lanes = 0;
    this.stored = options.pictures.map(() => new Set());
    this.#ahead = options.clocks?.[1] ?? 0;
    this.#seat = new Seat(this.#around(this.receiver, 'b'), this.#ahead);
    this.pair = new Pair<SenderEvent, ReceiverEvent>({
      a: new Seat(this.#around(this.sender, 'a'), options.clocks?.[0] ?? 0),
      b: this.#seat,
      aToB: options.aToB,
      bToA: options.bToA,
      lanes: 0,
      laneModel: options.laneModel ?? 'plain',
      keepEvents: false,
      onEvent: (event) => {
        if (event.side === 'a') this.#onSender(event.event);
        else this.#onReceiver(event.event, event.at + this.#ahead);
        this.#checkMemory();
      },
    });
    // Not before there is a pair: the sender asks for more with its first one.
    this.openLanes(options.lanes);
    // As if the receiver had accepted a picture before.
    this.sender.allowEarlyPreviews(true);
    for (let i = 0; i < (options.overlap ? options.pictures.length : 1); i++) this.#offer();
  }

  /** What the sender's clock shows. */
  get #senderNow(): Millis {
    return this.pair.now + (this.#options.clocks?.[0] ?? 0);
  }

  /** Runs until every picture has ended on both sides. */
  run(maxTime: Millis): string {
    return this.pair.run({ until: () => this.ended, maxTime });
  }

  get ended(): boolean {
    if (this.sent.size < this.#options.pictures.length) return false;
    for (const [picture, outcome] of this.sent) {
      // An offer that was lost with the control channel and then withdrawn never reached the receiver.
      const unheard = outcome === 'cancelled' && this.receiver.transfer(picture + 1) === undefined;
      if (!this.received.has(picture) && !unheard) return false;
    }
    return true;
  }

  openLanes(count: number): void {
    for (let i = 0; i < count; i++) this.pair.openLane(++this.lanes);
  }

  /** All lanes are gone at once; the control channel stays. */
  closeLanes(): void {
    for (let lane = 1; lane <= this.lanes; lane++) this.pair.closeLane(lane);
  }

  /** What was on the control channel is lost; it is back after a while. */
  cutControl(back: Millis): void {
    this.pair.closeLane(CONTROL_LANE);
    this.pair.at(this.pair.now + back, () => {
      this.pair.openLane(CONTROL_LANE);
      this.sender.resync(false);
    });
  }

  /** The receiver's page is loaded anew: it remembers nothing but what it stored. */
  reloadReceiver(back: Millis): void {
    this.closeLanes();
    this.pair.closeLane(CONTROL_LANE);
    this.receiver = new Receiver();
    this.#seat.endpoint = this.#around(this.receiver, 'b');
    this.pair.at(this.pair.now + back, () => {
      this.pair.openLane(CONTROL_LANE);
      this.sender.resync(true);
      this.openLanes(this.#options.lanes);
    });
  }

  #around<E extends SenderEvent | ReceiverEvent>(endpoint: Endpoint<E>, side: Side): Endpoint<E> {
    return this.#options.around?.(endpoint, side) ?? endpoint;
  }

  #offer(): void {
    const picture = this.#offered++;
    const bytes = this.#options.pictures[picture];
    if (bytes === undefined) return;
    this.sender.offer(
      {
        name: `picture-${picture}`,
        type: 'image/jpeg',
        byteLength: bytes.length,
        modified: 0,
        digest: new Uint8Array(32).fill(picture),
        previewBytes: this.#options.previews?.[picture]?.length ?? 0,
      },
      this.#senderNow,
    );
  }

  #end(side: 'sent' | 'received', transfer: number, outcome: Outcome): void {
    this[side].set(transfer - 1, this[side].get(transfer - 1) ?? outcome);
    if (side === 'sent' && !this.#options.overlap && this.sent.size === this.#offered) this.#offer();
  }

  #onSender(event: SenderEvent): void {
    switch (event.type) {
      case 'need': {
        const objects = event.kind === ORIGINAL ? this.#options.pictures : this.#options.previews;
        const bytes = objects?.[event.transfer - 1] as Uint8Array;
        this.sender.provide(event.transfer, event.kind, event.block, bytes.slice(event.from, event.to));
        break;
      }
      case 'lanes': {
        const target = Math.min(this.#options.maxLanes ?? this.#options.lanes, event.target);
        this.pair.at(this.pair.now + 300, () => this.openLanes(target - this.lanes));
        break;
      }
      case 'complete':
        if (!event.verified && !this.#options.lies)
          throw new Error(`picture ${event.transfer} is told to be damaged`);
        this.#end('sent', event.transfer, 'whole');
        break;
      case 'declined':
      case 'cancelled':
      case 'silence':
        this.#end('sent', event.transfer, event.type);
        break;
      case 'violation':
        // Its packets are used up: those of a picture that the receiver has cancelled, unheard.
        this.#end('sent', event.transfer, 'cancelled');
        break;
      default:
    }
  }

  #onReceiver(event: ReceiverEvent, now: Millis): void {
    if (this.#options.lies && 'transfer' in event && event.transfer > this.#options.pictures.length) {
      if (event.type === 'offered') this.receiver.accept(event.transfer, [], now);
      if (event.type === 'whole') this.receiver.verified(event.transfer, false, now);
      return;
    }
    switch (event.type) {
      case 'offered':
        if (this.#options.declines?.(event.transfer - 1)) {
          this.receiver.decline(event.transfer);
          this.#end('received', event.transfer, 'declined');
        } else {
          this.receiver.accept(event.transfer, this.#have(event.transfer - 1), now);
        }
        break;
      case 'block': {
        const picture = event.transfer - 1;
        const original = event.kind === ORIGINAL;
        const objects = original ? this.#options.pictures : this.#options.previews;
        const bytes = objects?.[picture]?.subarray(event.at, event.at + event.bytes.length);
        if (bytes === undefined || Buffer.compare(bytes, event.bytes) !== 0)
          throw new Error(`block ${event.block} of picture ${picture} is wrong`);
        if (!original) this.previewsSeen += 1;
        else if (this.stored[picture]?.has(event.block)) throw new Error(`block ${event.block} came twice`);
        else this.stored[picture]?.add(event.block);
        break;
      }
      case 'whole': {
        const blocks = this.receiver.transfer(event.transfer)?.original.geometry.blocks;
        if (this.stored[event.transfer - 1]?.size !== blocks) throw new Error('whole, but not all there');
        this.receiver.verified(event.transfer, true, now);
        this.#end('received', event.transfer, 'whole');
        break;
      }
      case 'cancelled':
      case 'silence':
        this.#end('received', event.transfer, event.type);
        break;
      default:
    }
  }

  #have(picture: number): Run[] {
    return [...(this.stored[picture] ?? [])].toSorted((a, b) => a - b).map((first) => ({ first, count: 1 }));
  }

  cancel(side: 'sender' | 'receiver', picture: number): void {
    const state = this[side].transfer(picture + 1)?.state;
    if (state === undefined || state === 'done' || state === 'ended' || state === 'lingering') return;
    this[side].cancel(picture + 1);
    this.#end(side === 'sender' ? 'sent' : 'received', picture + 1, 'cancelled');
  }

  #checkMemory(): void {
    for (let id = 1; id <= this.#offered; id++) {
      for (const transfer of [this.sender.transfer(id), this.receiver.transfer(id)]) {
        for (const object of transfer?.objects ?? []) {
          const { openBlocks } = object;
          if (openBlocks > MAX_OPEN_BLOCKS) throw new Error(`${openBlocks} open blocks`);
        }
      }
    }
  }
}

/** Bytes that no two pictures or places share. */
export function pictureOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2 + 1) | 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
