/** A received file under the type that its own bytes show: what the sender claimed is never used. */
import { fitsDecodeLimit } from '../../../lib/image/inspect/dimensions.ts';
import { cleanPath } from '../../../lib/image/file-name.ts';
import { measure, type Measured } from '../../../lib/image/inspect/measure.ts';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';

export interface ReceivedFile extends Measured {
  blob: Blob;
  name: string;
  /** With its folders before it. */
  path: string;
  modified: number;
  /**
   * May be put into an `<img>`: a format that browsers show, and not more pixels than are safe to decode.
   * `unsure`: its header cannot be read, does not agree with itself, or the browser reads another size.
   */
  show: 'yes' | 'unknown-format' | 'too-many-pixels' | 'unsure';
}

export async function receivedFile(
  session: Pick<ReceiverSession, 'file'>,
  transfer: Pick<TransferSnapshot, 'id' | 'name' | 'modified'>,
): Promise<ReceivedFile> {
  const file = await session.file(transfer.id);
  const measured = await measure(file);
  const { kind, size } = measured;
  const { folders, name } = cleanPath(transfer.name, kind?.type ?? '');
  return {
    ...measured,
    blob: file.slice(0, file.size, kind?.type ?? 'application/octet-stream'),
    name,
    path: [...folders, name].join('/'),
    modified: transfer.modified,
    show: !kind?.showable
      ? 'unknown-format'
      : !size
        ? 'unsure'
        : fitsDecodeLimit(size)
          ? 'yes'
          : 'too-many-pixels',
  };
}
