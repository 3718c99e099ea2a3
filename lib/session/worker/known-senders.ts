/**
 * Which senders are the same one, over reloads of either page. What the receiver accepts and stores of a
 * sender is bound to that sender's name here: the first instance (P-15) under which it was met.
 *
 * A page of a sender that is loaded anew has another instance. It is the same sender when it is met at the
 * rendezvous of the session, since no one else has the keys of that pairing. Met by another code it is the
 * same one only with an instance that is known, which nobody but its receivers has heard.
 */

/** Instances remembered: the latest few pages of the few people that one tab meets. */
const MAX_KNOWN = 32;

/** What a page keeps through its reload. */
export interface KnownSendersRecord {
  /** Instance and name, hex; the latest last. */
  readonly known: readonly (readonly [string, string])[];
  /** The one of the session that goes on. */
  readonly current?: string;
}

export class KnownSenders {
  readonly #names = new Map<string, string>();
  /** The sender of this meeting, once it is met. */
  #current: { readonly meeting: number; readonly name: string } | undefined;

  /** What an earlier page kept, whose session goes on as this meeting; without `current` it is a new one. */
  recall({ known, current }: KnownSendersRecord, meeting: number): void {
    for (const [instance, name] of known) this.#names.set(instance, name);
    if (current !== undefined) this.#current = { meeting, name: current };
    else if (this.#current?.meeting !== meeting) this.#current = undefined;
  }

  /** Whoever says HELLO in this meeting, by its instance in hex. @returns its name */
  met(instance: string, meeting: number): string {
    const name =
      this.#current?.meeting === meeting ? this.#current.name : (this.#names.get(instance) ?? instance);
    this.#current = { meeting, name };
    // The latest is the last one to be forgotten.
    this.#names.delete(instance);
    this.#names.set(instance, name);
    const oldest = this.#names.keys().next().value;
    if (this.#names.size > MAX_KNOWN && oldest !== undefined) this.#names.delete(oldest);
    return name;
  }

  record(): KnownSendersRecord {
    const known = [...this.#names];
    return this.#current === undefined ? { known } : { known, current: this.#current.name };
  }
}
