/** One picture at the receiver: its states (P-21) and what has arrived. */
import type { Millis } from '../endpoint.ts';
import { blockChunks } from '../geometry.ts';
import { Pauses } from '../pauses.ts';
import type { Transitions } from '../transitions.ts';
import type { FileHeader } from '../wire/file-header.ts';
import type { Run } from '../wire/run-list.ts';
import { kindOf, ORIGINAL, PREVIEW, streamOf } from '../wire/stream-id.ts';
import { IncomingObject, type WholeBlock } from './incoming-object.ts';

/** `intact`: the digest was the announced one. */
export type IncomingPhase =
  | { readonly state: 'offered' | 'receiving' | 'verifying' | 'ended' }
  /** Verified and reported; late packets are counted until then, so that the figures of both sides add up. */
  | { readonly state: 'lingering'; readonly intact: boolean; readonly until: Millis }
  | { readonly state: 'done'; readonly intact: boolean };

export type IncomingState = IncomingPhase['state'];
/**
 * `cancel`: by either side. `blocks`: every block is here. `digest`: it was compared. `counted`: late packets
 * are in.
 */
export type IncomingInput = 'accept' | 'decline' | 'cancel' | 'blocks' | 'digest' | 'counted' | 'silence';

/** P-21, at the receiver. */
export const INCOMING_TRANSITIONS: Transitions<IncomingState, IncomingInput> = {
  offered: { accept: 'receiving', decline: 'ended', cancel: 'ended' },
  receiving: { cancel: 'ended', blocks: 'verifying', silence: 'ended' },
  verifying: { cancel: 'ended', digest: 'lingering' },
  lingering: { counted: 'done' },
  done: {},
  ended: {},
};

/** The sender's own counts of a transfer. */
export interface SentCounts {
  readonly packets: number;
  readonly retransmitted: number;
  readonly roundTrip: Millis;
}

/** Chunks kept until they are reported as duplicates: repeating packets must not fill memory. */
const MAX_UNREPORTED = 10_000;

/** One picture at the receiver: its phase, its objects and its counts. */
export class IncomingTransfer {
  readonly id: number;
  readonly header: FileHeader;
  readonly objects: readonly IncomingObject[];
  /** DATA packets of the original that arrived. */
  packets = 0;
  /** Of those, the ones that brought nothing new. */
  duplicates = 0;
  /** Distinct chunks that are here. */
  chunks = 0;
  /** Of those, the ones that were rebuilt. */
  repaired = 0;
  /** When a packet of it last arrived, or could first. */
  lastPacketAt: Millis = 0;
  /** `undefined` before SENT. */
  sent: SentCounts | undefined;
  /** Not in any PROGRESS yet: chunks rebuilt, and chunks that arrived although they were here. */
  readonly unreported: { rebuilt: number[]; duplicates: number[] } = { rebuilt: [], duplicates: [] };
  /** `packets` of the last PROGRESS. */
  reportedPackets = 0;
  readonly pauses = new Pauses();
  #current: IncomingPhase = { state: 'offered' };

  constructor(id: number, header: FileHeader) {
    this.id = id;
    this.header = header;
    this.objects = [
      ...(header.previewBytes > 0 ? [new IncomingObject(streamOf(id, PREVIEW), header.previewBytes)] : []),
      new IncomingObject(streamOf(id, ORIGINAL), header.byteLength),
    ];
  }

  get phase(): IncomingPhase {
    return this.#current;
  }

  get state(): IncomingState {
    return this.#current.state;
  }

  get original(): IncomingObject {
    return this.objects.at(-1) as IncomingObject;
  }

  get preview(): IncomingObject | undefined {
    return this.object(streamOf(this.id, PREVIEW));
  }

  /** Blocks begun and not complete. */
  get unfinished(): number {
    return this.objects.reduce((sum, object) => sum + object.openBlocks, 0);
  }

  object(stream: number): IncomingObject | undefined {
    return this.objects.find((object) => kindOf(object.stream) === kindOf(stream));
  }

  // ---- phases

  /** @param have blocks of the original that are here from an earlier session */
  accept(have: readonly Run[], now: Millis): boolean {
    if (!this.step('accept')) return false;
    this.lastPacketAt = now;
    for (const run of have) {
      for (let block = run.first; block < run.first + run.count; block++) {
        this.original.close(block);
        this.chunks += blockChunks(this.original.geometry, block);
      }
    }
    return true;
  }

  /** Changes the phase as `INCOMING_TRANSITIONS` say; `false`: it stays. */
  step(input: Exclude<IncomingInput, 'digest' | 'counted'>): boolean {
    const next = INCOMING_TRANSITIONS[this.state][input];
    if (next === undefined) return false;
    this.#current = { state: next } as IncomingPhase;
    return true;
  }

  /** The digest was compared; late packets are counted `until` then. */
  verified(intact: boolean, until: Millis): boolean {
    if (INCOMING_TRANSITIONS[this.state].digest === undefined) return false;
    this.#current = { state: 'lingering', intact, until };
    return true;
  }

  /** Late packets are counted until another time. */
  lingerUntil(until: Millis): void {
    if (this.#current.state === 'lingering') this.#current = { ...this.#current, until };
  }

  /** No late packet is counted any more. */
  finish(): boolean {
    if (this.#current.state !== 'lingering') return false;
    this.#current = { state: 'done', intact: this.#current.intact };
    return true;
  }

  /** Gives up the memory of unfinished blocks: it is over. */
  release(): void {
    for (const object of this.objects) object.release();
  }

  // ---- counts of the original

  countDuplicate(chunk: number | undefined): void {
    this.duplicates += 1;
    const { duplicates } = this.unreported;
    if (chunk !== undefined && duplicates.length < MAX_UNREPORTED) duplicates.push(chunk);
  }

  countRebuilt({ rebuilt }: WholeBlock): void {
    this.chunks += rebuilt.length;
    this.repaired += rebuilt.length;
    this.unreported.rebuilt.push(...rebuilt);
  }

  /** Every packet that the sender has sent is here. */
  get allCounted(): boolean {
    return this.sent !== undefined && this.packets >= this.sent.packets;
  }
}
