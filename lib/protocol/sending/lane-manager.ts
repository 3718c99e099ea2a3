import type { RateController } from '../congestion/rate-controller.ts';
import type { RoundTrip } from '../congestion/round-trip.ts';
import type { Millis } from '../endpoint.ts';
import { assumedRate, FIRST_LANES, LOW_LOSS_LANES, lanesWanted } from './lane-demand.ts';
import type { LaneSet } from './lane-set.ts';
import type { PathProber } from './path-prober.ts';

/** Between two steps of lanes during a transfer, and the time it must still take for a step to pay. */
const STEP_INTERVAL: Millis = 500;
const WORTH_A_LANE: Millis = 3000;
/** Lanes that limited the sender this recently are too few. */
const LIMITED_FOR: Millis = 1500;
/**
 * Lanes cost both sides a little even when idle, 192 of them a tenth of a core: after this long without a
 * picture all but that many are closed.
 */
const RESTING_AFTER: Millis = 10_000;
const RESTING_LANES = 64;
const IDLE_AFTER: Millis = 60_000;
/** With this many times the lanes that limited the sender, what the path carries is open again. */
const WIDER = 1.2;

interface LaneDemandInput {
  /** A picture is being sent. */
  readonly busy: boolean;
  /** Bytes of it whose first pass is not sent. */
  readonly unsentBytes: number;
  readonly controller: Pick<RateController, 'bottleneck' | 'loss' | 'knowsRate' | 'shownBy'>;
  readonly roundTrip: Pick<RoundTrip, 'minRtt'>;
  /** Trains of probes: what they have shown of a path that nothing else has shown yet. */
  readonly trains: Pick<PathProber, 'undecided' | 'rate'>;
}

/**
 * Requests lanes for the path: a few at a time during a transfer, all at once when idle; closes most after a
 * long idle period.
 */
export class LaneManager {
  readonly #lanes: LaneSet;
  readonly #request: (target: number, hold: boolean) => void;
  /** What was requested last, and when. */
  #target = 0;
  #hold = false;
  #requestedAt: Millis = -Infinity;
  /** The target before lanes were closed. */
  #targetInUse = 0;
  #resting = false;
  /** A picture was offered since the last one was sent: it may be accepted at any time. */
  #offered = false;
  /** When no lane had room, and how many there were then; `Infinity`: not since lanes were added. */
  #limitedAt: Millis = -Infinity;
  #limitedCount = Infinity;
  /** When a picture was last being sent or chosen. */
  #activeAt: Millis = 0;

  /**
   * @param request takes the number of lanes to have. `hold`: neither open nor close any now, a picture needs
   * the processor
   */
  constructor(lanes: LaneSet, request: (target: number, hold: boolean) => void) {
    this.#lanes = lanes;
    this.#request = request;
  }

  /** A lane opened. Returns whether there are now clearly more than when they limited the sender. */
  opened(now: Millis): boolean {
    if (this.#lanes.size === 1) {
      this.#activeAt = now;
      this.#set(FIRST_LANES, false);
    }
    if (this.#lanes.size < this.#limitedCount * WIDER) return false;
    this.#limitedCount = Infinity;
    return true;
  }

  closed(): void {
    // A new transport knows nothing of what was requested of the one before.
    if (this.#lanes.size === 0) this.#target = 0;
    if (this.#lanes.size < LOW_LOSS_LANES && this.#hold) this.#set(this.#target, false);
  }

  /** No lane has room. */
  limit(now: Millis): void {
    this.#limitedAt = now;
    if (this.#limitedCount === Infinity) this.#limitedCount = this.#lanes.size;
  }

  /**
   * A picture is offered: the person on the other side takes longer to accept than the lanes take to open
   * again.
   */
  offered(now: Millis): void {
    this.#activeAt = now;
    this.#resting = false;
    this.#offered = true;
    if (this.#target < this.#targetInUse) this.#set(this.#targetInUse, false);
  }

  update({ busy, unsentBytes, controller, roundTrip, trains }: LaneDemandInput, now: Millis): void {
    if (busy) {
      this.#activeAt = now;
      this.#resting = false;
      this.#offered = false;
    } else if (this.#resting || now >= this.#activeAt + IDLE_AFTER) return;
    if (busy && unsentBytes / controller.bottleneck < WORTH_A_LANE) {
      this.#set(this.#target, true);
      return;
    }
    if (busy && now - this.#requestedAt < STEP_INTERVAL) return;
    const { knowsRate, bottleneck, loss } = controller;
    if (!busy && !knowsRate && trains.undecided) return;
    const shown = knowsRate ? undefined : controller.shownBy(trains.rate);
    const wanted = lanesWanted({
      rate: shown ?? bottleneck,
      roundTrip: roundTrip.minRtt,
      loss,
      // Only more lanes can show what a path carries that never showed its limit.
      limited: !knowsRate || now - this.#limitedAt < LIMITED_FOR,
      assumed: assumedRate(shown),
      lanes: this.#lanes.size,
      busy,
    });
    this.#requestedAt = now;
    this.#set(Math.max(wanted, busy ? this.#lanes.size : this.#target), false);
  }

  handleTimeout(busy: boolean, now: Millis): void {
    if (now < this.nextTimeout(busy)) return;
    if (!this.#resting) this.#targetInUse = this.#target;
    this.#resting = true;
    this.#set(this.#restsSoon ? RESTING_LANES : LOW_LOSS_LANES, false);
  }

  /** When lanes are to be closed. `Infinity`: not as things are. */
  nextTimeout(busy: boolean): Millis {
    if (busy || this.#target <= LOW_LOSS_LANES) return Infinity;
    return this.#activeAt + (this.#restsSoon ? RESTING_AFTER : IDLE_AFTER);
  }

  get #restsSoon(): boolean {
    return !this.#offered && this.#target > RESTING_LANES;
  }

  #set(target: number, hold: boolean): void {
    if (target === this.#target && hold === this.#hold) return;
    this.#target = target;
    this.#hold = hold;
    this.#request(target, hold);
  }
}
