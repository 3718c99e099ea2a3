/** How many peer connections the browser counts as this page's: it refuses more than a fixed number. */

/**
 * Chromium counts a closed connection until it is collected as garbage, which may take minutes: after some
 * losses of a session in a row the closed lanes of the earlier connections are as many as the open ones.
 */
export class ConnectionCount {
  #count = 0;
  readonly #collected = new FinalizationRegistry<undefined>(() => {
    this.#count -= 1;
  });

  /** Those that are in use, and closed ones that are not collected. */
  get value(): number {
    return this.#count;
  }

  /** One was made. It is not kept. */
  add(connection: object): void {
    this.#count += 1;
    this.#collected.register(connection, undefined);
  }
}
