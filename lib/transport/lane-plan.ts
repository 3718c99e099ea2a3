/**
 * Which lanes to open and close: the initiator's decisions, pure. Lane 1 belongs to the first connection and
 * is always open; numbers count up from 2 and are never reused within a session.
 *
 *     opening ──opened──▶ open
 *        └────────closed────┘
 */
import type { LaneId } from '../protocol/endpoint.ts';
import { MAX_LANES_OPENING, LANES_PER_TURN, MAX_RETRY_MS, RETRY_MS } from './limits.ts';
import { LAST_LANE } from './lane-signals.ts';

type Phase = 'opening' | 'open';

export interface LaneSteps {
  open: LaneId[];
  close: LaneId[];
}

export class LanePlan {
  #target = 1;
  #hold = false;
  readonly #limit: number;
  #lanes = new Map<LaneId, Phase>();
  #highest: LaneId = 1;
  /** Lanes that failed one after the other, without one opening in between. */
  #failures = 0;
  #retryAt = 0;
  /** Set when `next` stopped only because a turn opens no more. */
  #moreAt: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many lanes should be open, lane 1 included, within the limit. */
  get target(): number {
    return Math.max(1, Math.min(this.#target, this.#limit));
  }

  /** `hold`: what is opening may finish, nothing else is begun and nothing closed. */
  setTarget(count: number, hold = false): void {
    this.#hold = hold;
    this.#target = Number.isFinite(count) ? Math.floor(count) : 1;
  }

  opened(lane: LaneId): void {
    if (this.#lanes.get(lane) !== 'opening') return;
    this.#lanes.set(lane, 'open');
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** The lane is gone without our asking. A lane that never opened delays the next attempt. */
  closed(lane: LaneId, now: number): void {
    const phase = this.#lanes.get(lane);
    this.#lanes.delete(lane);
    if (phase !== 'opening') return;
    this.#retryAt = now + Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.#failures);
    this.#failures++;
  }

  /** What to do now. Lanes to open are taken as opening, lanes to close as gone. */
  next(now: number): LaneSteps {
    const steps: LaneSteps = { open: [], close: [] };
    this.#moreAt = undefined;
    if (this.#hold) return steps;
    const wanted = this.target - 1;
    const newestFirst = (phase: Phase) =>
      [...this.#lanes].flatMap(([lane, other]) => (other === phase ? [lane] : [])).sort((a, b) => b - a);

    let opening = newestFirst('opening').length;
    let count = newestFirst('open').length + opening;
    if (now >= this.#retryAt) {
      for (; count < wanted && opening < MAX_LANES_OPENING && this.#highest < LAST_LANE; count++, opening++) {
        if (steps.open.length === LANES_PER_TURN) {
          this.#moreAt = now;
          break;
        }
        const lane = ++this.#highest;
        this.#lanes.set(lane, 'opening');
        steps.open.push(lane);
      }
    }

    // Open lanes beyond the target, then handshakes that would exceed it; of each the newest first.
    const surplus = (phase: Phase, kept: number) =>
      newestFirst(phase).slice(0, Math.max(0, newestFirst(phase).length - kept));
    const open = newestFirst('open').length;
    steps.close.push(...surplus('open', wanted), ...surplus('opening', Math.max(0, wanted - open)));
    for (const lane of steps.close) this.#lanes.delete(lane);
    return steps;
  }

  /** When `next` may have more to do although nothing happened. */
  nextTimeout(now: number): number | undefined {
    return this.#retryAt > now ? this.#retryAt : this.#moreAt;
  }
}
