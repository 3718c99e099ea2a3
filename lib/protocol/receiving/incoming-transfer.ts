import type { Millis } from '../endpoint.ts';
import type { FileHeader } from '../wire/file-header.ts';
import { IncomingObject } from './incoming-object.ts';
import { kindOf, ORIGINAL, PREVIEW, streamOf } from '../wire/stream-id.ts';

/**
 *     offered ──accept──▶ receiving ──every block──▶ verifying ──digest──▶ lingering ──▶ done
 *        └──decline, cancel──▶ ended ◀──cancel, silence, violation──┘
 *
 * `lingering`: verified and told; late packets are still counted, so that the figures of both sides add up.
 */
export type IncomingState = 'offered' | 'receiving' | 'verifying' | 'lingering' | 'done' | 'ended';

export class IncomingTransfer {
  state: IncomingState = 'offered';
  readonly id: number;
  readonly header: FileHeader;
  readonly objects: readonly IncomingObject[];
  /** DATA packets of the original that came out of the lanes. */
  packets = 0;
  /** Of those, the ones that brought nothing new. */
  duplicates = 0;
  /** Distinct chunks that are here. */
  chunks = 0;
  repaired = 0;
  /** Rebuilt chunks that the sender has not been told of. */
  untold: number[] = [];
  /** Chunks that came by themselves although they were here, of which the sender has not been told. */
  untoldTwice: number[] = [];
  /** `packets` as the sender was last told. */
  toldPackets = 0;
  lastPacketAt: Millis = 0;
  lingerUntil: Millis = Infinity;
  /** What the sender says it sent, once it has. */
  sent: { readonly packets: number; readonly retransmitted: number; readonly roundTrip: Millis } | undefined;
  /** Whether the digest was the announced one. */
  intact = false;

  constructor(id: number, header: FileHeader) {
    this.id = id;
    this.header = header;
    this.objects = [
      ...(header.previewBytes > 0 ? [new IncomingObject(streamOf(id, PREVIEW), header.previewBytes)] : []),
      new IncomingObject(streamOf(id, ORIGINAL), header.bytes),
    ];
  }

  get original(): IncomingObject {
    return this.objects.at(-1) as IncomingObject;
  }

  get preview(): IncomingObject | undefined {
    return this.object(streamOf(this.id, PREVIEW));
  }

  get unfinished(): number {
    return this.objects.reduce((sum, object) => sum + object.unfinished, 0);
  }

  /** Gives up the memory of unfinished blocks: it has ended. */
  release(): void {
    for (const object of this.objects) object.release();
  }

  object(stream: number): IncomingObject | undefined {
    return this.objects.find((object) => kindOf(object.stream) === kindOf(stream));
  }
}
