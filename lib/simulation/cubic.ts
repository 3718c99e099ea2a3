import type { Millis } from '../protocol/endpoint.ts';
import type { Ack, Congestion } from './congestion.ts';

/** RFC 9438 §4.6 and §5: what a loss leaves of the window, and packets a cubic second of growth. */
const CUT = 0.7;
const SCALE = 0.4;
/** §4.3: what a window of TCP's old kind gains a round trip, until it is as large as before the loss. */
const RENO_GROWTH = (3 * (1 - CUT)) / (1 + CUT);
const MIN_WINDOW = 2;
/**
 * HyStart++ (RFC 9406 §4.2): packets of a round that are sampled, and the growth of delay that ends slow
 * start.
 */
const ROUND_SAMPLES = 8;
const MIN_GROWTH: Millis = 4;
const MAX_GROWTH: Millis = 16;

/** CUBIC as in Linux (RFC 9438), with a slow start that delay ends (RFC 9406, without the slower rounds). */
export class Cubic implements Congestion {
  readonly #packet: number;
  /** Bytes. */
  #window: number;
  #threshold = Infinity;
  /** Packets of window before the last loss, and what one of TCP's old kind would have. */
  #maximum = 0;
  #reno = 0;
  /** When the window began to grow after the last loss; `undefined`: not yet. */
  #epoch: Millis | undefined;
  #smoothed: Millis = 0;
  /** Slow start: the least round trip of this round and of the one before, and samples of this one. */
  #roundMin: Millis = Infinity;
  #lastRoundMin: Millis = Infinity;
  #samples = 0;

  /** @param packet bytes of a full packet. */
  constructor({ packet }: { packet: number }) {
    this.#packet = packet;
    this.#window = 10 * packet;
  }

  window(): number {
    return this.#window;
  }

  pacingRate(): number {
    return Infinity;
  }

  handleAck({ now, acked, advanced, limited, recovering, rtt, roundStart }: Ack): void {
    if (rtt !== undefined) this.#smoothed = this.#smoothed === 0 ? rtt : this.#smoothed * 0.875 + rtt / 8;
    if (this.#window < this.#threshold) this.#watchDelay(rtt, roundStart);
    if (!advanced || !limited || recovering) return;
    if (this.#window < this.#threshold) this.#window += Math.min(acked, 2 * this.#packet);
    else this.#grow(acked, now);
  }

  handleLoss(): void {
    const packets = this.#window / this.#packet;
    // §4.7: fast convergence.
    this.#maximum = packets < this.#maximum ? (packets * (1 + CUT)) / 2 : packets;
    this.#reduce(Math.max(MIN_WINDOW, packets * CUT));
  }

  handleTimeout(): void {
    this.handleLoss();
    this.#window = this.#packet;
  }

  #reduce(packets: number): void {
    this.#window = packets * this.#packet;
    this.#threshold = this.#window;
    this.#reno = packets;
    this.#epoch = undefined;
  }

  #grow(acked: number, now: Millis): void {
    const packets = this.#window / this.#packet;
    if (this.#epoch === undefined) {
      this.#epoch = now;
      if (this.#maximum < packets) this.#maximum = packets;
      this.#reno = packets;
    }
    const newly = acked / this.#packet;
    this.#reno += ((this.#reno < this.#maximum ? RENO_GROWTH : 1) * newly) / packets;
    const seconds = (now - this.#epoch + this.#smoothed) / 1000;
    const back = Math.cbrt((this.#maximum * (1 - CUT)) / SCALE);
    const target = Math.min(1.5 * packets, this.#maximum + SCALE * (seconds - back) ** 3);
    const grown = Math.max(packets, packets + ((target - packets) * newly) / packets);
    this.#window = Math.max(grown, this.#reno) * this.#packet;
  }

  #watchDelay(rtt: Millis | undefined, roundStart: boolean): void {
    if (roundStart) {
      this.#lastRoundMin = this.#roundMin;
      this.#roundMin = Infinity;
      this.#samples = 0;
    }
    if (rtt === undefined) return;
    this.#roundMin = Math.min(this.#roundMin, rtt);
    this.#samples += 1;
    if (this.#samples < ROUND_SAMPLES || this.#lastRoundMin === Infinity) return;
    const growth = Math.min(MAX_GROWTH, Math.max(MIN_GROWTH, this.#lastRoundMin / 8));
    if (this.#roundMin >= this.#lastRoundMin + growth) this.#threshold = this.#window;
  }
}
