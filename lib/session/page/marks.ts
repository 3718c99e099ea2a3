/** User Timing marks of a picture on the receiving page. */
import type { TransferSnapshot } from '../model.ts';

/** User Timing marks that benchmarks and tests read; listed in `docs/ARCHITECTURE.md`. */
export type MarkName =
  | 'tessera:accepted'
  | 'tessera:preview'
  | 'tessera:began'
  | 'tessera:first-picture'
  | 'tessera:complete';

export function mark(name: MarkName, transfer: Pick<TransferSnapshot, 'id' | 'name' | 'byteLength'>): void {
  performance.mark(name, {
    detail: { transfer: transfer.id, name: transfer.name, bytes: transfer.byteLength },
  });
}
