/** The pictures that this tab is receiving: accepted once is accepted after a reload, too. */
const KEY = 'tessera:accepted';
/**
 * Of an album accepted at once the first so many go on by themselves after a reload; session storage holds 5
 * MB.
 */
const MAX_ENTRIES = 2000;

/**
 * What a person said yes to: these bytes, under this name, from this sender. Another offer is another
 * question.
 */
export interface Accepted {
  readonly sha256: string;
  readonly byteLength: number;
  readonly name: string;
  /** The sender's name (`KnownSenders`). */
  readonly from: string;
}

const keyOf = ({ sha256, byteLength, name, from }: Accepted): string =>
  JSON.stringify([sha256, byteLength, name, from]);

let remembered: Set<string> | undefined;
let writing = false;

function all(): Set<string> {
  if (remembered !== undefined) return remembered;
  remembered = new Set();
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    if (Array.isArray(list)) for (const entry of list) if (typeof entry === 'string') remembered.add(entry);
  } catch {
    // Storage is off, or holds something else: then a reload asks again.
  }
  return remembered;
}

/** Once for all that one turn accepts: an album of two thousand is one text. */
function writeSoon(): void {
  if (writing) return;
  writing = true;
  queueMicrotask(() => {
    writing = false;
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...all()].slice(-MAX_ENTRIES)));
    } catch {
      // Storage is off or full: then a reload asks again.
    }
  });
}

/** An answer holds until another one: `false` takes it back, and the next offer is a question. */
export function rememberAccepted(picture: Accepted, accepted = true): void {
  const key = keyOf(picture);
  if (all().has(key) === accepted) return;
  if (accepted) all().add(key);
  else all().delete(key);
  writeSoon();
}

export const wasAccepted = (picture: Accepted): boolean => all().has(keyOf(picture));
