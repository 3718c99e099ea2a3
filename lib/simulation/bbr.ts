import type { Millis } from '../protocol/endpoint.ts';
import type { Ack, Congestion } from './congestion.ts';

/** 2 / ln 2: doubles the delivery rate each round trip. */
const STARTUP_GAIN = 2.885;
const CYCLE = [1.25, 0.75, 1, 1, 1, 1, 1, 1] as const;
const WINDOW_GAIN = 2;
/** Rounds over which the largest delivery rate counts. */
const BANDWIDTH_ROUNDS = 10;
const ROUND_TRIP_WINDOW: Millis = 10_000;
const PROBE_ROUND_TRIP: Millis = 200;
/** Packets in flight while the round trip is probed, and the least at any time. */
const MIN_WINDOW = 4;
/** Start-up ends when the rate grew by less than a quarter for three rounds. */
const FULL_GROWTH = 1.25;
const FULL_ROUNDS = 3;
/** Linux paces one per cent below the estimate. */
const PACING_MARGIN = 0.99;

type State = 'startup' | 'drain' | 'probeBandwidth' | 'probeRoundTrip';

/**
 * BBR version 1 (Cardwell et al., ACM Queue 2016; Linux tcp_bbr.c): paces at the largest recent delivery rate
 * and probes around it. Left out: the policer detection ("lt_bw"), which makes Linux slower still at 20 %
 * loss and more, and the compensation of aggregated acknowledgements.
 */
export class Bbr implements Congestion {
  #state: State = 'startup';
  #window: number;
  #pacing = Infinity;
  #round = 0;
  /** Falling rates with their rounds: the first is the maximum of the window. */
  #rates: { round: number; rate: number }[] = [];
  #minRtt: Millis = Infinity;
  #minRttAt: Millis = 0;
  #fullRate = 0;
  #fullRounds = 0;
  #phase = 0;
  #phaseAt: Millis = 0;
  #probeEnd: Millis | undefined;
  /** The window before a loss, kept for the time after it. */
  #prior = 0;
  /** The first round after a loss: send no more than what arrives. */
  #conserving = false;
  #afterTimeout = false;
  readonly #packet: number;

  /** @param packet bytes of a full packet. */
  constructor({ packet, initialWindow = 10 }: { packet: number; initialWindow?: number }) {
    this.#packet = packet;
    this.#window = initialWindow * packet;
  }

  window(): number {
    return this.#state === 'probeRoundTrip'
      ? Math.min(this.#window, MIN_WINDOW * this.#packet)
      : this.#window;
  }

  pacingRate(): number {
    return this.#pacing;
  }

  handleLoss(inFlight: number): void {
    this.#prior = Math.max(this.#prior, this.#window);
    this.#conserving = true;
    this.#window = Math.max(inFlight + this.#packet, MIN_WINDOW * this.#packet);
  }

  handleTimeout(): void {
    this.#prior = Math.max(this.#prior, this.#window);
    this.#conserving = false;
    this.#afterTimeout = true;
    this.#window = this.#packet;
    this.#fullRate = 0;
  }

  handleAck(ack: Ack): void {
    if (ack.roundStart) this.#round++;
    this.#updateRate(ack);
    if (ack.roundStart && !ack.applicationLimited) this.#checkFull();
    this.#advance(ack);
    this.#updateRoundTrip(ack);
    const rate = this.#rates[0]?.rate;
    if (rate !== undefined) {
      const pacing = this.#gain() * rate * PACING_MARGIN;
      const starting = this.#state === 'startup' && this.#pacing < Infinity;
      this.#pacing = starting ? Math.max(this.#pacing, pacing) : pacing;
    }
    this.#updateWindow(ack);
  }

  /** Bytes that fill the path without a queue. */
  #product(): number {
    return (this.#rates[0]?.rate ?? 0) * (this.#minRtt === Infinity ? 0 : this.#minRtt);
  }

  #gain(): number {
    if (this.#state === 'startup') return STARTUP_GAIN;
    if (this.#state === 'drain') return 1 / STARTUP_GAIN;
    return this.#state === 'probeBandwidth' ? (CYCLE[this.#phase] ?? 1) : 1;
  }

  #updateRate({ deliveryRate, applicationLimited }: Ack): void {
    if (deliveryRate === undefined) return;
    if (applicationLimited && deliveryRate < (this.#rates[0]?.rate ?? 0)) return;
    while (this.#rates.length > 0 && (this.#rates.at(-1)?.rate ?? 0) <= deliveryRate) this.#rates.pop();
    this.#rates.push({ round: this.#round, rate: deliveryRate });
    while ((this.#rates[0]?.round ?? Infinity) <= this.#round - BANDWIDTH_ROUNDS) this.#rates.shift();
  }

  #checkFull(): void {
    if (this.#fullRounds >= FULL_ROUNDS) return;
    const rate = this.#rates[0]?.rate ?? 0;
    if (rate >= this.#fullRate * FULL_GROWTH) {
      this.#fullRate = rate;
      this.#fullRounds = 0;
    } else {
      this.#fullRounds++;
    }
  }

  #advance({ now, inFlight }: Ack): void {
    if (this.#state === 'startup' && this.#fullRounds >= FULL_ROUNDS) this.#state = 'drain';
    if (this.#state === 'drain' && inFlight <= this.#product()) this.#cruise(now);
    if (this.#state !== 'probeBandwidth') return;
    const gain = this.#gain();
    const elapsed = now - this.#phaseAt > this.#minRtt;
    const over =
      gain > 1
        ? elapsed && (this.#conserving || inFlight >= gain * this.#product() - this.#packet)
        : elapsed || (gain < 1 && inFlight <= this.#product());
    if (!over) return;
    this.#phase = (this.#phase + 1) % CYCLE.length;
    this.#phaseAt = now;
  }

  /** Into the cycle; Linux starts at a random phase but the draining one, we at the first that cruises. */
  #cruise(now: Millis): void {
    this.#state = 'probeBandwidth';
    this.#phase = 2;
    this.#phaseAt = now;
  }

  #updateRoundTrip({ now, rtt, inFlight }: Ack): void {
    const expired = now > this.#minRttAt + ROUND_TRIP_WINDOW;
    if (rtt !== undefined && (rtt <= this.#minRtt || expired)) {
      this.#minRtt = rtt;
      this.#minRttAt = now;
    }
    if (expired && this.#state !== 'probeRoundTrip') {
      this.#state = 'probeRoundTrip';
      this.#probeEnd = undefined;
    }
    if (this.#state !== 'probeRoundTrip') return;
    if (this.#probeEnd === undefined) {
      if (inFlight <= MIN_WINDOW * this.#packet)
        this.#probeEnd = now + Math.max(PROBE_ROUND_TRIP, this.#minRtt);
    } else if (now >= this.#probeEnd) {
      this.#minRttAt = now;
      if (this.#fullRounds >= FULL_ROUNDS) this.#cruise(now);
      else this.#state = 'startup';
    }
  }

  #updateWindow({ acked, inFlight, recovering, roundStart }: Ack): void {
    if (this.#conserving) {
      if (roundStart || !recovering) this.#conserving = false;
      else this.#window = Math.max(this.#window, inFlight + acked);
    }
    const recovered = this.#afterTimeout ? roundStart : !recovering;
    if (recovered && this.#prior > 0) {
      this.#window = Math.max(this.#window, this.#prior);
      this.#prior = 0;
      this.#afterTimeout = false;
    }
    if (this.#conserving) return;
    const gain = this.#state === 'probeBandwidth' ? WINDOW_GAIN : STARTUP_GAIN;
    // Three bursts of about a millisecond on top, so that pacing timers never starve the path.
    const burst = Math.max(2 * this.#packet, Math.min(this.#pacing, 65_536));
    const target = gain * this.#product() + 3 * burst;
    if (this.#fullRounds >= FULL_ROUNDS) this.#window = Math.min(this.#window + acked, target);
    else if (this.#window < target) this.#window += acked;
    this.#window = Math.max(this.#window, MIN_WINDOW * this.#packet);
  }
}
