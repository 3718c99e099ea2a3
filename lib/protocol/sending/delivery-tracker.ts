import type { DeliverySample } from '../congestion/bandwidth-estimate.ts';
import type { RateSample } from '../congestion/rate-controller.ts';
import type { Millis } from '../endpoint.ts';
import { MAX_ACK_DELAY, NO_DELAY, type Feedback } from '../wire/feedback-packet.ts';
import { millisBetween, TICKS, ticksOf } from '../wire/lane-packet.ts';
import { SentLog } from './sent-log.ts';

/** A round trip longer than this is a misread clock. */
const MAX_ROUND_TRIP: Millis = 60_000;

/** What a feedback reports of delivery, but for whether the sender was the limit. */
type Delivery = Omit<DeliverySample, 'limited'> & Pick<RateSample, 'oneWayDelay' | 'flight'>;

/** What feedback reports of delivery, with its counters and clocks unwrapped from 32 bits. */
export class DeliveryTracker {
  /** Send time of the latest packet delivered on any lane. */
  newestDeliveredAt: Millis = -Infinity;
  readonly #sent = new SentLog();
  /** Bytes of all lane messages, probes included: what feedback may claim to be delivered. */
  #sentBytes = 0;
  #newestNumber: number | undefined;
  /** The newest feedback's echo of a send time, ticks: the same echo is no second round-trip sample. */
  #newestEcho: number | undefined;
  /** Receiver's clock since the first feedback, and its ticks in the newest. */
  #clock: Millis = 0;
  #clockTicks: number | undefined;
  /** Bytes delivered since the first feedback, and the newest one's count. */
  #delivered = 0;
  #deliveredCount = 0;
  /** One-way delay in ticks, of any fixed offset. */
  #delayTicks: number | undefined;

  /** A message of DATA packets left. */
  onSent(byteLength: number, now: Millis): void {
    this.#sentBytes += byteLength;
    this.#sent.add(now, byteLength);
  }

  /** A probe left: it measures no rate. */
  onProbeSent(byteLength: number): void {
    this.#sentBytes += byteLength;
  }

  /** Takes feedback that is newer than any before; `false`: it is old. */
  accept({ number }: Feedback): boolean {
    const newest = this.#newestNumber;
    if (newest !== undefined && ((number - newest) | 0) <= 0) return false;
    this.#newestNumber = number;
    return true;
  }

  /** The round-trip sample of this feedback, if it has one. */
  roundTripSample({ newestSentAt, ackDelay }: Feedback, now: Millis): Millis | undefined {
    if (newestSentAt === this.#newestEcho) return undefined;
    this.#newestEcho = newestSentAt;
    const age = millisBetween(ticksOf(now), newestSentAt);
    if (age >= 0) this.newestDeliveredAt = Math.max(this.newestDeliveredAt, now - age);
    const sample = age - ackDelay / TICKS;
    // A saturated ack delay does not say for how long nothing was received.
    return sample >= 0 && sample < MAX_ROUND_TRIP && ackDelay < MAX_ACK_DELAY ? sample : undefined;
  }

  /** What this feedback reports of delivery, but for whether the sender was the limit. */
  sample(feedback: Feedback): Delivery {
    if (this.#clockTicks !== undefined) {
      this.#clock += Math.max(0, millisBetween(feedback.clock, this.#clockTicks));
      const claimed = this.#delivered + ((feedback.byteLength - this.#deliveredCount) >>> 0);
      // More than was sent cannot have been delivered.
      this.#delivered = Math.min(claimed, this.#sentBytes);
    }
    this.#clockTicks = feedback.clock;
    this.#deliveredCount = feedback.byteLength;
    const sent = this.#sent.upTo(this.newestDeliveredAt);
    return {
      clock: this.#clock,
      delivered: this.#delivered,
      newestSentAt: this.newestDeliveredAt,
      sent,
      flight: this.#sent.total - sent,
      oneWayDelay: feedback.delay === NO_DELAY ? undefined : this.#unwrapDelay(feedback.delay) / TICKS,
    };
  }

  /** The receiver starts over: its numbers and counts begin again. */
  restart(): void {
    this.#newestNumber = undefined;
    this.#clockTicks = undefined;
  }

  #unwrapDelay(ticks: number): number {
    const last = this.#delayTicks;
    this.#delayTicks = last === undefined ? ticks | 0 : last + ((ticks - last) | 0);
    return this.#delayTicks;
  }
}
