/** One picture at the sender: its states (P-21) and its objects. */
import { EARLY_PREVIEW_EFFORT, SENDING_ALLOWANCE, SENDING_EFFORT } from '../limits.ts';
import { Pauses } from '../pauses.ts';
import type { Transitions } from '../transitions.ts';
import type { Run } from '../wire/run-list.ts';
import type { FileHeader } from '../wire/file-header.ts';
import { kindOf, ORIGINAL, PREVIEW, streamOf, type ObjectKind } from '../wire/stream-id.ts';
import { OutgoingObject } from './outgoing-object.ts';

export type OutgoingState = 'offered' | 'sending' | 'done' | 'ended';
/** `cancel`: by either side. */
export type OutgoingInput = 'accept' | 'decline' | 'cancel' | 'complete' | 'silence';

/** P-21, at the sender. */
export const OUTGOING_TRANSITIONS: Transitions<OutgoingState, OutgoingInput> = {
  offered: { accept: 'sending', decline: 'ended', cancel: 'ended' },
  sending: { cancel: 'ended', complete: 'done', silence: 'ended' },
  done: {},
  ended: {},
};

/** One picture at the sender: its state and its objects. */
export class OutgoingTransfer {
  readonly id: number;
  readonly header: FileHeader;
  /** In the order in which they are sent. */
  readonly objects: readonly OutgoingObject[];
  readonly pauses = new Pauses();
  #current: OutgoingState = 'offered';
  /** Offers that the receiver has not accepted: it may do so once for each. */
  #unanswered = 1;

  constructor(id: number, header: FileHeader) {
    this.id = id;
    this.header = header;
    this.objects = [
      ...(header.previewBytes > 0 ? [new OutgoingObject(streamOf(id, PREVIEW), header.previewBytes)] : []),
      new OutgoingObject(streamOf(id, ORIGINAL), header.byteLength),
    ];
  }

  get state(): OutgoingState {
    return this.#current;
  }

  get original(): OutgoingObject {
    return this.objects.at(-1) as OutgoingObject;
  }

  get preview(): OutgoingObject | undefined {
    return this.object(PREVIEW);
  }

  /** The first pass is sent; what is left to do is repair. */
  get firstPassSent(): boolean {
    return this.objects.every((object) => object.firstPassSent);
  }

  /** The receiver has every block of every object. */
  get complete(): boolean {
    return this.objects.every((object) => object.complete);
  }

  /** The preview of an unanswered offer, as long as sending it is worth the effort. */
  get earlyPreview(): OutgoingObject | undefined {
    const { preview, state } = this;
    if (state !== 'offered' || preview === undefined || preview.complete) return undefined;
    return preview.packetsSent < preview.geometry.chunks * EARLY_PREVIEW_EFFORT ? preview : undefined;
  }

  /** More packets were sent than any honest receiver needs, whatever it claims to have lost. */
  get overspent(): boolean {
    let packets = 0;
    let chunks = 0;
    for (const object of this.objects) {
      packets += object.packetsSent;
      chunks += object.geometry.chunks;
    }
    return packets > SENDING_EFFORT * chunks + SENDING_ALLOWANCE;
  }

  object(kind: ObjectKind): OutgoingObject | undefined {
    return this.objects.find((object) => kindOf(object.stream) === kind);
  }

  /**
   * Changes the state as `OUTGOING_TRANSITIONS` say; `false`: it stays. Memory of open blocks goes at the
   * end.
   */
  step(input: OutgoingInput): boolean {
    const next = OUTGOING_TRANSITIONS[this.#current][input];
    if (next === undefined) return false;
    this.#current = next;
    if (next === 'done' || next === 'ended') for (const object of this.objects) object.release();
    return true;
  }

  /** Bytes of the original have been sent, and those of its open blocks are kept. */
  get begun(): boolean {
    return this.original.packetsSent > 0;
  }

  /** It is offered once more, after the control channel was lost. */
  offerAgain(): void {
    this.#unanswered += 1;
  }

  /**
   * The receiver accepts; `false`: it has done so for every offer. What an acceptance names is walked block
   * by block.
   */
  takeAnswer(): boolean {
    if (this.#unanswered === 0) return false;
    this.#unanswered -= 1;
    return true;
  }

  /** The receiver has these blocks of the original already. */
  skip(have: readonly Run[]): void {
    const { original } = this;
    for (const run of have) {
      const end = Math.min(run.first + run.count, original.geometry.blocks);
      for (let block = run.first; block < end; block++) original.close(block);
    }
  }
}
