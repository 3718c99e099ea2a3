/** When something of an accepted picture was first seen, as a User Timing mark. */
import type { TransferSnapshot } from '../../../lib/session/model.ts';

export const FIRST_PICTURE = 'tessera:first-picture';

const marked = new Set<string>();

/**
 * A User Timing mark once something of an accepted picture has been painted: the first frame callback runs
 * before that paint, the second one after it.
 */
export function markFirstPicture({ id, name, byteLength }: TransferSnapshot): void {
  if (marked.has(id)) return;
  marked.add(id);
  requestAnimationFrame(() => {
    requestAnimationFrame(() => {
      performance.mark(FIRST_PICTURE, { detail: { transfer: id, name, bytes: byteLength } });
    });
  });
}
