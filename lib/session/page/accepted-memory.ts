/**
 * The pictures that this tab is receiving: accepted once is accepted after a reload, too, and what the person
 * paused rests.
 */
/** Of an album accepted at once the last so many go on after a reload; session storage holds 5 MB. */
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

/** Between two times that a list is written (ms): of two thousand pictures it is half a megabyte of text. */
const WRITE_MS = 250;

/** Of pictures, by their keys, in this tab's session storage. */
class KeptSet {
  readonly #name: string;
  #known: Set<string> | undefined;
  #writtenAt = -Infinity;
  /** A change waits to be written. */
  #waits = false;

  constructor(name: string) {
    this.#name = name;
  }

  /** The page may be going. */
  write(): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.#writtenAt = performance.now();
    try {
      sessionStorage.setItem(this.#name, JSON.stringify([...this.#all()].slice(-MAX_ENTRIES)));
    } catch {
      // Storage is off or full: then a reload asks again.
    }
  }

  has(key: string): boolean {
    return this.#all().has(key);
  }

  put(key: string, on: boolean): void {
    const all = this.#all();
    if (all.has(key) === on) return;
    if (on) all.add(key);
    else all.delete(key);
    this.#writeSoon();
  }

  #all(): Set<string> {
    if (this.#known !== undefined) return this.#known;
    this.#known = new Set();
    try {
      const list: unknown = JSON.parse(sessionStorage.getItem(this.#name) ?? '[]');
      if (Array.isArray(list))
        for (const entry of list) if (typeof entry === 'string') this.#known.add(entry);
    } catch {
      // Storage is off, or holds something else: then a reload asks again.
    }
    return this.#known;
  }

  /** Once for all that one turn changes, and a few times a second. */
  #writeSoon(): void {
    if (this.#waits) return;
    this.#waits = true;
    const wait = this.#writtenAt + WRITE_MS - performance.now();
    if (wait > 0) setTimeout(() => this.write(), wait);
    else queueMicrotask(() => this.write());
  }
}

const accepted = new KeptSet('tessera:accepted');
const resting = new KeptSet('tessera:resting');
// Where there is no page, as in tests, there is no leaving it.
globalThis.addEventListener?.('pagehide', () => {
  accepted.write();
  resting.write();
});

/** An answer holds until another one: `false` takes it back, and the next offer is a question. */
export function rememberAccepted(picture: Accepted, yes = true): void {
  accepted.put(keyOf(picture), yes);
  if (!yes) resting.put(keyOf(picture), false);
}

export const wasAccepted = (picture: Accepted): boolean => accepted.has(keyOf(picture));

/** Whether the person wants one that was accepted to rest (P-124). */
export const rememberResting = (picture: Accepted, rests: boolean): void =>
  resting.put(keyOf(picture), rests);

export const wasResting = (picture: Accepted): boolean => resting.has(keyOf(picture));
