import type { Millis } from '../protocol/endpoint.ts';

export interface RoundTripOptions {
  initialRto: Millis;
  minRto: Millis;
  maxRto: Millis;
  /** Least value of the four deviations that the timeout adds to the smoothed round trip. */
  minDeviations: Millis;
}

/** Smoothed round-trip time and retransmission timeout (RFC 6298). */
export class RoundTrip {
  smoothed: Millis | undefined;
  minimum: Millis = Infinity;
  #deviation = 0;
  #rto: Millis;
  #backOff = 1;
  readonly #options: RoundTripOptions;

  constructor(options: RoundTripOptions) {
    this.#options = options;
    this.#rto = options.initialRto;
  }

  get rto(): Millis {
    return Math.min(this.#options.maxRto, this.#rto * this.#backOff);
  }

  sample(rtt: Millis): void {
    if (rtt < this.minimum) this.minimum = rtt;
    if (this.smoothed === undefined) {
      this.smoothed = rtt;
      this.#deviation = rtt / 2;
    } else {
      this.#deviation += (Math.abs(rtt - this.smoothed) - this.#deviation) / 4;
      this.smoothed += (rtt - this.smoothed) / 8;
    }
    const { minRto, maxRto, minDeviations } = this.#options;
    const rto = this.smoothed + Math.max(4 * this.#deviation, minDeviations);
    this.#rto = Math.min(maxRto, Math.max(minRto, rto));
  }

  /** A timeout fired: the next one takes twice as long. */
  backOff(): void {
    if (this.rto < this.#options.maxRto) this.#backOff *= 2;
  }

  /** The cumulative acknowledgement moved: dcSCTP and Linux both start again from the plain timeout. */
  progress(): void {
    this.#backOff = 1;
  }
}
