/** One snapshot for all who look, made when someone asks and again only after a change. */

export class SnapshotPublisher<Snapshot> {
  readonly #make: () => Snapshot;
  readonly #listeners = new Set<() => void>();
  #current: Snapshot | undefined;
  #notifying = false;

  constructor(make: () => Snapshot) {
    this.#make = make;
  }

  snapshot(): Snapshot {
    this.#current ??= this.#make();
    return this.#current;
  }

  /** @returns ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Several changes of one turn are one notification. */
  changed(): void {
    this.#current = undefined;
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      for (const listener of this.#listeners) listener();
    });
  }
}
