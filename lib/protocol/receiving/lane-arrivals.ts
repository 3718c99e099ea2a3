import type { LaneId } from '../endpoint.ts';
import { MAX_FEEDBACK_LANES } from '../limits.ts';
import type { LaneReport } from '../wire/feedback-packet.ts';

/** Numbers this far behind the highest are taken as replays: no lane reorders by as much. */
const WINDOW = 512;
/** Each change is reported this many times, so that the loss of most feedback loses no report. */
const REPEATS = 4;

class IncomingLane {
  highest = -1;
  received = 0;
  /** How many more times the present counters are reported. */
  reportsLeft = 0;
  readonly #seen = new Uint8Array(WINDOW);

  /** `false`: it arrived before, or is too old to know. */
  add(number: number): boolean {
    if (number > this.highest) {
      const from = Math.max(this.highest + 1, number - WINDOW + 1);
      for (let between = from; between < number; between++) this.#seen[between % WINDOW] = 0;
      this.highest = number;
    } else if (number <= this.highest - WINDOW || this.#seen[number % WINDOW] === 1) {
      return false;
    }
    this.#seen[number % WINDOW] = 1;
    this.received += 1;
    this.reportsLeft = REPEATS;
    return true;
  }
}

/** The receiving side of the lanes: which packets of each arrived. */
export class Arrivals {
  readonly #lanes = new Map<LaneId, IncomingLane>();
  #missingOfClosed = 0;

  open(lane: LaneId): void {
    this.#lanes.set(lane, new IncomingLane());
  }

  close(lane: LaneId): void {
    const known = this.#lanes.get(lane);
    if (known !== undefined) this.#missingOfClosed += known.highest + 1 - known.received;
    this.#lanes.delete(lane);
  }

  get size(): number {
    return this.#lanes.size;
  }

  ids(): LaneId[] {
    return [...this.#lanes.keys()];
  }

  /** `false`: a duplicate, or a lane that is not open. */
  add(lane: LaneId, number: number): boolean {
    return this.#lanes.get(lane)?.add(number) ?? false;
  }

  /** Packets that a later one of their lane has overtaken and that have not arrived. */
  get missing(): number {
    let sum = this.#missingOfClosed;
    for (const lane of this.#lanes.values()) sum += lane.highest + 1 - lane.received;
    return sum;
  }

  /** The lanes' changes, at most as many as one feedback takes; those reported least often first. */
  report(): LaneReport[] {
    const reports: LaneReport[] = [];
    for (let repeats = REPEATS; repeats > 0 && reports.length < MAX_FEEDBACK_LANES; repeats--) {
      for (const [id, lane] of this.#lanes) {
        if (lane.reportsLeft !== repeats || reports.length >= MAX_FEEDBACK_LANES) continue;
        reports.push({ lane: id, highest: lane.highest & 0xffff, received: lane.received & 0xffff });
      }
    }
    for (const report of reports) (this.#lanes.get(report.lane) as IncomingLane).reportsLeft -= 1;
    return reports;
  }
}
