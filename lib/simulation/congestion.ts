import type { Millis } from '../protocol/endpoint.ts';

/**
 * What an association learned from one acknowledgement. Bytes are those of chunks, their headers included.
 */
export interface Ack {
  now: Millis;
  /** Newly acknowledged bytes. */
  acked: number;
  /** The cumulative acknowledgement moved. */
  advanced: boolean;
  /** The window was in use, to within a packet, before this acknowledgement. */
  limited: boolean;
  /** A loss of this window has been answered already. */
  recovering: boolean;
  /** Bytes in flight after it. */
  inFlight: number;
  rtt: Millis | undefined;
  /**
   * Bytes a millisecond over the flight of the newest acknowledged packet
   * (draft-cheng-iccrg-delivery-rate-estimation).
   */
  deliveryRate: number | undefined;
  /** The sender had less to send than it was allowed while that packet flew. */
  applicationLimited: boolean;
  /** The first acknowledgement of a packet sent after the previous round began. */
  roundStart: boolean;
}

/** Decides how much may be in flight, and how fast it leaves. */
export interface Congestion {
  /** Bytes. */
  window(): number;
  /** Bytes a millisecond; `Infinity`: in bursts, as the window opens. */
  pacingRate(): number;
  handleAck(ack: Ack): void;
  /** The first loss of a window. */
  handleLoss(inFlight: number, now: Millis): void;
  handleTimeout(inFlight: number, now: Millis): void;
}

export interface NewRenoOptions {
  /** Bytes of a full packet. */
  packet: number;
  /** Packets. */
  initialWindow?: number;
  /** Bytes; dcSCTP takes the peer's receive window, hence its overshoot. */
  initialThreshold?: number;
  /** Packets that a loss leaves at least: dcSCTP 4, TCP 2. */
  minWindow?: number;
  /**
   * Packets by which one acknowledgement may widen the window in slow start (RFC 3465 L): dcSCTP 1, Linux TCP
   * 2.
   */
  growthPerAck?: number;
}

/** NewReno (RFC 9260 §7.2, RFC 6582), with dcSCTP's constants by default. */
export class NewReno implements Congestion {
  readonly #packet: number;
  readonly #minimum: number;
  readonly #growth: number;
  #window: number;
  #threshold: number;
  /** Bytes acknowledged towards the next packet of window. */
  #partial = 0;

  constructor({
    packet,
    initialWindow = 10,
    initialThreshold = 5 * 1024 * 1024,
    minWindow = 4,
    growthPerAck = 1,
  }: NewRenoOptions) {
    this.#packet = packet;
    this.#growth = growthPerAck * packet;
    this.#window = initialWindow * packet;
    this.#threshold = initialThreshold;
    this.#minimum = minWindow * packet;
  }

  window(): number {
    return this.#window;
  }

  pacingRate(): number {
    return Infinity;
  }

  handleAck({ acked, advanced, limited, recovering }: Ack): void {
    if (!advanced) return;
    if (this.#window <= this.#threshold) {
      if (limited && !recovering) this.#window += Math.min(acked, this.#growth);
      return;
    }
    this.#partial += acked;
    if (this.#partial >= this.#window && limited) {
      this.#partial -= this.#window;
      this.#window += this.#packet;
    }
  }

  handleLoss(): void {
    this.#threshold = Math.max(this.#window / 2, this.#minimum);
    this.#window = this.#threshold;
    this.#partial = 0;
  }

  handleTimeout(): void {
    this.#threshold = Math.max(this.#window / 2, this.#minimum);
    this.#window = this.#packet;
    this.#partial = 0;
  }
}
