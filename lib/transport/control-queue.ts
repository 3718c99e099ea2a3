/**
 * Messages on their way into a reliable channel: nothing is dropped, and the browser holds little at a time.
 */
import { MAX_CONTROL_BUFFER_BYTES, MAX_CONTROL_QUEUE_BYTES } from './limits.ts';

/** What is used of an `RTCDataChannel`. */
export interface ReliableChannel {
  readonly readyState: RTCDataChannelState;
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  addEventListener(type: 'open' | 'bufferedamountlow', listener: () => void): void;
}

export class ControlQueue {
  #channel: ReliableChannel;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;

  constructor(channel: ReliableChannel) {
    this.#channel = channel;
    channel.bufferedAmountLowThreshold = 0;
    channel.addEventListener('open', () => this.#pump());
    channel.addEventListener('bufferedamountlow', () => this.#pump());
  }

  /** Bytes not yet given to the network, here and in the browser. */
  get backlog(): number {
    return this.#waitingBytes + this.#channel.bufferedAmount;
  }

  /**
   * `false`: the queue is full or the channel closed, and the message was not taken. The bytes are not
   * copied.
   */
  send(bytes: Uint8Array): boolean {
    if (this.#channel.readyState === 'closing' || this.#channel.readyState === 'closed') return false;
    if (this.#waitingBytes + bytes.length > MAX_CONTROL_QUEUE_BYTES) return false;
    this.#waiting.push(bytes as Uint8Array<ArrayBuffer>);
    this.#waitingBytes += bytes.length;
    this.#pump();
    return true;
  }

  #pump(): void {
    const channel = this.#channel;
    if (channel.readyState !== 'open') return;
    let next = 0;
    for (; next < this.#waiting.length && channel.bufferedAmount < MAX_CONTROL_BUFFER_BYTES; next++) {
      const bytes = this.#waiting[next]!;
      this.#waitingBytes -= bytes.length;
      channel.send(bytes);
    }
    this.#waiting.splice(0, next);
  }
}
