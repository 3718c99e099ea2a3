/** A link's fragment, `#slot.secret`. Apart from `code.ts`, since a page that reads links needs no words. */
import { fromBase64Url } from './bytes.ts';
import { LINK_SECRET_BYTES, MAX_SLOT_DIGITS } from './limits.ts';

/** What a link's fragment says. */
export interface RoomLink {
  kind: 'link';
  slot: string;
  /** 16 bytes */
  secret: Uint8Array;
}

export function isSlot(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text) && text.length <= MAX_SLOT_DIGITS;
}

/** What may directly follow a link in a message: nothing that could belong to its secret. */
const LINK = /(?:^|#|%23)(\d+)\.([\w-]+)/gi;

/** The link in a text, its fragment with or without `#`. Two different ones are none: which was meant? */
export function parseLink(text: string): RoomLink | undefined {
  const found = new Map<string, RoomLink>();
  for (const [, slot, letters] of text.trim().matchAll(LINK)) {
    if (slot === undefined || letters === undefined || !isSlot(slot)) continue;
    const secret = fromBase64Url(letters, LINK_SECRET_BYTES);
    if (secret) found.set(`${slot}.${letters}`, { kind: 'link', slot, secret });
  }
  return found.size === 1 ? [...found.values()][0] : undefined;
}
