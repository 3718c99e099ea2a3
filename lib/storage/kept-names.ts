/**
 * Names in the origin private file system: one folder is ours; each entry is `<id>`, its sidecar and perhaps
 * a mark.
 */
export const FOLDER = 'received';
export const STATE = '.state';
/** An empty file beside an entry that the person has saved; its date says when. */
export const SAVED = '.saved';

/** Whose bytes an entry has: its name begins with the sender's (`StoredPicture`). */
export const senderOf = (id: string): string => id.slice(0, id.indexOf('-'));
