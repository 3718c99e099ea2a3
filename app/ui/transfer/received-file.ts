/** A received file under the type that its own bytes show: what the sender claimed is never used. */
import {
  readDimensions,
  HEADER_BYTES,
  fitsDecodeLimit,
  uprightSize,
} from '../../../lib/image/inspect/dimensions.ts';
import { cleanFileName } from '../../../lib/image/file-name.ts';
import { type ImageKind, sniffType } from '../../../lib/image/inspect/sniff.ts';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';

export interface ReceivedFile {
  blob: Blob;
  kind: ImageKind | undefined;
  name: string;
  modified: number;
  /** As seen. */
  size: { width: number; height: number } | undefined;
  /** May be put into an `<img>`: a format that browsers show, and not more pixels than are safe to decode. */
  show: 'yes' | 'unknown-format' | 'too-many-pixels';
}

export async function receivedFile(
  session: ReceiverSession,
  transfer: TransferSnapshot,
): Promise<ReceivedFile> {
  const file = await session.file(transfer.id);
  const front = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const kind = sniffType(front);
  const size = kind && readDimensions(front, kind.type);
  return {
    blob: file.slice(0, file.size, kind?.type ?? 'application/octet-stream'),
    kind,
    name: cleanFileName(transfer.name, kind?.type ?? ''),
    modified: transfer.modified,
    size: size && uprightSize(size),
    show: kind?.showable && size ? (fitsDecodeLimit(size) ? 'yes' : 'too-many-pixels') : 'unknown-format',
  };
}
