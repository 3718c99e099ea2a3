/** Messages that an application has given to an association and that have not left yet, in their order. */
import type { Message } from './chunk.ts';

export class SendBuffer {
  /** Bytes that have not left. */
  byteLength = 0;
  readonly #messages: Message[] = [];
  #head = 0;
  #nextSequence = 0;

  push(size: number, bytes: Uint8Array | undefined): void {
    const sequence = this.#nextSequence++;
    this.#messages.push({ sequence, size, bytes, taken: 0, arrived: 0, abandoned: false, chunks: [] });
    this.byteLength += size;
  }

  /** The message of which bytes leave next. */
  next(): Message | undefined {
    for (;;) {
      const message = this.#messages[this.#head];
      if (!message || message.taken < message.size) return message;
      this.#head++;
      if (this.#head >= 256 && this.#head * 2 >= this.#messages.length) {
        this.#messages.splice(0, this.#head);
        this.#head = 0;
      }
    }
  }

  /** `length` bytes of this message leave. */
  take(message: Message, length: number): void {
    message.taken += length;
    this.byteLength -= length;
  }

  /** What is left of this message never leaves. */
  drop(message: Message): void {
    this.take(message, message.size - message.taken);
  }
}
