/** Questions to the engine, each of which has one answer. */

export class EngineRequests<Answer> {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #next = 1;

  /** @param post sends the question, with the number that its answer has */
  ask(post: (request: number) => void): Promise<Answer> {
    const request = this.#next++;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(request, resolve));
    post(request);
    return answer;
  }

  /** An answer to nothing is ignored. */
  answer(request: number, answer: Answer): void {
    this.#waiting.get(request)?.(answer);
    this.#waiting.delete(request);
  }
}
