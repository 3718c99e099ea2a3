/** Which of the answers of the server count: requests take each other's place there. */

/** What an outcome belongs to; `undefined`: a request that a newer one has replaced. */
type Subject = 'place' | 'release' | undefined;

export class ServerRequests {
  /** Number of the newest; outcomes of earlier ones are ignored. */
  #newest = 0;
  /** The one that takes a room back to burn it. */
  #releasing: number | undefined;
  /** Of a room whose words are used: with it whoever still waits there can be released. */
  #usedToken: string | undefined;

  get usedToken(): string | undefined {
    return this.#usedToken;
  }

  next(): number {
    this.#newest += 1;
    return this.#newest;
  }

  used(token: string | undefined): void {
    this.#usedToken = token ?? this.#usedToken;
  }

  forgetUsed(): void {
    this.#usedToken = undefined;
  }

  /** The newest request takes back the room whose words are used. */
  release(): void {
    this.#usedToken = undefined;
    this.#releasing = this.#newest;
  }

  released(): void {
    this.#releasing = undefined;
  }

  subjectOf(request: number): Subject {
    if (request === this.#releasing) return 'release';
    return request === this.#newest ? 'place' : undefined;
  }

  reset(): void {
    this.#usedToken = undefined;
    this.#releasing = undefined;
  }
}
