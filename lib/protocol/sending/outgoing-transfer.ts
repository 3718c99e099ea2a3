import { encodeHeader, type FileHeader } from '../wire/file-header.ts';
import { EARLY_PREVIEW_EFFORT, SENDING_ALLOWANCE, SENDING_EFFORT } from '../limits.ts';
import { OutgoingObject } from './outgoing-object.ts';
import { kindOf, ORIGINAL, PREVIEW, streamOf, type ObjectKind } from '../wire/stream-id.ts';

/**
 *     offered ──accept──▶ sending ──complete──▶ done
 *        └──decline, cancel──▶ ended ◀──cancel, silence──┘
 */
export type OutgoingState = 'offered' | 'sending' | 'done' | 'ended';

export class OutgoingTransfer {
  state: OutgoingState = 'offered';
  readonly id: number;
  readonly header: FileHeader;
  /** In the order in which they are sent. */
  readonly objects: readonly OutgoingObject[];
  /** Its preview may go before the answer. */
  readonly previewFirst: boolean;
  /** Offers that the receiver has not answered with an acceptance: it may do so once for each. */
  answersDue = 1;

  constructor(id: number, header: FileHeader, previewFirst: boolean) {
    this.id = id;
    this.header = header;
    this.previewFirst = previewFirst;
    this.objects = [
      ...(header.previewBytes > 0 ? [new OutgoingObject(streamOf(id, PREVIEW), header.previewBytes)] : []),
      new OutgoingObject(streamOf(id, ORIGINAL), header.bytes),
    ];
  }

  get original(): OutgoingObject {
    return this.objects.at(-1) as OutgoingObject;
  }

  /** Everything has been sent once; what is left to do is repair. */
  get exhausted(): boolean {
    return this.objects.every((object) => object.exhausted);
  }

  get whole(): boolean {
    return this.objects.every((object) => object.complete);
  }

  get preview(): OutgoingObject | undefined {
    return this.object(PREVIEW);
  }

  /** The preview of an offer that nobody has answered, as long as sending it is worth the effort. */
  get earlyPreview(): OutgoingObject | undefined {
    const { preview, state } = this;
    if (!this.previewFirst || state !== 'offered' || preview === undefined || preview.complete)
      return undefined;
    return preview.packetsSent < preview.geometry.chunks * EARLY_PREVIEW_EFFORT ? preview : undefined;
  }

  /** More packets than any honest receiver needs, whatever it claims to have lost. */
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

  /** Gives up the bytes of blocks that are still open: it has ended. */
  release(): void {
    for (const object of this.objects) object.release();
  }

  headerBytes(): Uint8Array {
    return encodeHeader(this.header);
  }
}
