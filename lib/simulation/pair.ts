/** The rig for paths: two endpoints over simulated links, on a virtual clock. */
import { CONTROL_LANE } from '../protocol/endpoint.ts';
import type { Endpoint, LaneId, Millis } from '../protocol/endpoint.ts';
import { DCSCTP_LANE } from './association-options.ts';
import { controlOptions, PlainLane, SctpLane } from './lane-link.ts';
import type { LaneCount, LaneLink, LaneModel, MessageHandler } from './lane-link.ts';
import type { Datagram, Link, LinkOptions } from './link.ts';
import { makePath } from './path.ts';
import type { Path } from './path.ts';
import type { Timers } from './timers.ts';

export type Side = 'a' | 'b';

export interface PairOptions<EA, EB> {
  a: Endpoint<EA>;
  b: Endpoint<EB>;
  /** Each direction's path; all lanes of a direction share its queue. */
  aToB: LinkOptions;
  bToA: LinkOptions;
  /** The links and the clock of another pair, to share them; in place of links of its own. */
  path?: Path;
  /** Unreliable lanes open from the start, numbered 1 …; the control lane always is. */
  lanes: number;
  laneModel: LaneModel;
  /**
   * Called with each event as it is polled. It may call that side's endpoint, which is drained again after.
   */
  onEvent?: (event: PairEvent<EA, EB>) => void;
  /** Keep events in `events`; default true. */
  keepEvents?: boolean;
}

export type PairEvent<EA, EB> = { side: 'a'; at: Millis; event: EA } | { side: 'b'; at: Millis; event: EB };

export interface RunLimits {
  /** Asked after each step; the run ends when it says true. */
  until?: () => boolean;
  /** Virtual time, from the clock's origin. */
  maxTime?: Millis;
  maxSteps?: number;
}

/** Why a run ended; `idle`: nothing is left that could happen. */
export type RunEnd = 'until' | 'idle' | 'maxTime' | 'maxSteps';

/** Default of `maxTime`: ten virtual minutes, longer than any test's transfer. */
const MAX_TIME: Millis = 600_000;

/**
 * An endpoint that asks for a timeout at the same instant this often does not advance: a bug worth an error.
 */
const MAX_STEPS_AT_ONE_INSTANT = 20_000;

/** Packets drained at one instant; a sender without pacing would fill any memory. */
const MAX_DRAIN = 100_000;

interface LaneState {
  id: LaneId;
  /** Indexed by direction: 0 is a → b, 1 is b → a. */
  links: [LaneLink, LaneLink];
  reported: [number, number];
  counts: [LaneCount, LaneCount];
}

/** Two endpoints, two links, a virtual clock that jumps from event to event. */
export class Pair<EA, EB> {
  readonly links: { readonly aToB: Link<Datagram>; readonly bToA: Link<Datagram> };
  readonly events: PairEvent<EA, EB>[] = [];
  /** Everything on the clock besides endpoints and links. */
  readonly timers: Timers;
  steps = 0;
  #now: Millis = 0;
  #stepsAtNow = 0;
  readonly #options: PairOptions<EA, EB>;
  readonly #lanes = new Map<LaneId, LaneState>();
  readonly #closed: LaneState[] = [];
  readonly #script: { at: Millis; act: (now: Millis) => void }[] = [];

  constructor(options: PairOptions<EA, EB>) {
    this.#options = options;
    const { forward, reverse, timers } = options.path ?? makePath(options.aToB, options.bToA);
    this.links = { aToB: forward, bToA: reverse };
    this.timers = timers;
    this.openLane(CONTROL_LANE);
    this.openLanes(options.lanes);
  }

  get now(): Millis {
    return this.#now;
  }

  /** Opens lanes 1 … `count` for both sides at the present instant. */
  openLanes(count: number): void {
    for (let lane = 1; lane <= count; lane++) this.openLane(lane);
  }

  /** Opens a lane for both sides at the present instant. */
  openLane(id: LaneId): void {
    if (this.#lanes.has(id)) throw new Error(`lane ${id} is open`);
    const counts: [LaneCount, LaneCount] = [
      { lane: id, sent: 0, delivered: 0 },
      { lane: id, sent: 0, delivered: 0 },
    ];
    const toB = (bytes: Uint8Array, now: Millis): void => {
      counts[0].delivered++;
      this.#options.b.handlePacket(bytes, id, now);
      this.#drain('b');
    };
    const toA = (bytes: Uint8Array, now: Millis): void => {
      counts[1].delivered++;
      this.#options.a.handlePacket(bytes, id, now);
      this.#drain('a');
    };
    const links: [LaneLink, LaneLink] = [this.#makeLane(id, 0, toB), this.#makeLane(id, 1, toA)];
    this.#lanes.set(id, { id, links, reported: [0, 0], counts });
    this.#options.a.handleLaneOpen(id, this.#now);
    this.#drain('a');
    this.#options.b.handleLaneOpen(id, this.#now);
    this.#drain('b');
  }

  #makeLane(id: LaneId, direction: 0 | 1, deliver: MessageHandler): LaneLink {
    const { laneModel } = this.#options;
    const { forward, reverse } = this.path(direction === 0 ? 'aToB' : 'bToA');
    if (id !== CONTROL_LANE && laneModel === 'plain') return new PlainLane(forward, deliver);
    const options = id === CONTROL_LANE ? controlOptions(laneModel) : DCSCTP_LANE;
    return new SctpLane(options, { forward, reverse, timers: this.timers }, deliver, () => {
      const state = this.#lanes.get(id);
      if (state && this.#reportBacklog(state, direction)) this.#drain(direction === 0 ? 'a' : 'b');
    });
  }

  /** One direction's path with its return, for a rival flow through the same queues. */
  path(direction: 'aToB' | 'bToA'): Path {
    const { aToB, bToA } = this.links;
    const timers = this.timers;
    return direction === 'aToB'
      ? { forward: aToB, reverse: bToA, timers }
      : { forward: bToA, reverse: aToB, timers };
  }

  /** Closes a lane for both sides; what is in flight on it is gone. */
  closeLane(id: LaneId): void {
    const state = this.#lanes.get(id);
    if (!state) return;
    this.#lanes.delete(id);
    this.#closed.push(state);
    for (const link of state.links) link.close();
    this.#options.a.handleLaneClosed(id, this.#now);
    this.#drain('a');
    this.#options.b.handleLaneClosed(id, this.#now);
    this.#drain('b');
  }

  /** Messages given to and received from each lane, closed ones included, in one direction. */
  laneCounts(direction: 'aToB' | 'bToA'): LaneCount[] {
    const index = direction === 'aToB' ? 0 : 1;
    return [...this.#closed, ...this.#lanes.values()].map(({ counts }) => counts[index]);
  }

  /**
   * Does something at a time of the run: change a link, close a lane, call an endpoint (it is drained after).
   */
  at(time: Millis, act: (now: Millis) => void): void {
    this.#script.push({ at: time, act });
    this.#script.sort((x, y) => x.at - y.at);
  }

  /** Takes what the endpoints want to send and say, after calls from outside. `run` does it first. */
  drain(): void {
    this.#drain('a');
    this.#drain('b');
  }

  /** The clock of a pair that shares its path shows what the other one's does. */
  catchUp(now: Millis): void {
    if (now <= this.#now) return;
    this.#now = now;
    this.#stepsAtNow = 0;
  }

  /** When something happens next; `Infinity`: nothing is left that could. */
  nextTimeout(): Millis {
    return this.#next();
  }

  /** Jumps to the next event and handles all that is due. `false`: nothing is left that could happen. */
  step(maxTime: Millis = Infinity): boolean {
    const next = this.#next();
    // Written so that a limit that is not a number ends the run too.
    if (next === Infinity || !(next <= maxTime)) return false;
    if (next > this.#now) {
      this.#now = next;
      this.#stepsAtNow = 0;
    } else if (++this.#stepsAtNow > MAX_STEPS_AT_ONE_INSTANT) {
      throw new Error(`the clock stands still at ${this.#now} ms: ${this.#blocker()} asks for no later time`);
    }
    this.steps++;
    const now = this.#now;
    const { a, b } = this.#options;
    while (this.#script[0] && this.#script[0].at <= now) {
      this.#script.shift()?.act(now);
      this.drain();
    }
    const { aToB, bToA } = this.links;
    for (let packet = aToB.poll(now); packet; packet = aToB.poll(now)) packet.deliver(now);
    for (let packet = bToA.poll(now); packet; packet = bToA.poll(now)) packet.deliver(now);
    this.timers.handleTimeout(now);
    const timeoutA = a.nextTimeout();
    if (timeoutA !== undefined && timeoutA <= now) {
      a.handleTimeout(now);
      this.#drain('a');
    }
    const timeoutB = b.nextTimeout();
    if (timeoutB !== undefined && timeoutB <= now) {
      b.handleTimeout(now);
      this.#drain('b');
    }
    return true;
  }

  run({ until, maxTime = MAX_TIME, maxSteps = Infinity }: RunLimits = {}): RunEnd {
    this.drain();
    for (let steps = 0; ; steps++) {
      if (until?.()) return 'until';
      if (steps >= maxSteps) return 'maxSteps';
      if (!this.step(maxTime)) return this.#next() === Infinity ? 'idle' : 'maxTime';
    }
  }

  #next(): Millis {
    const { a, b } = this.#options;
    return Math.min(
      this.links.aToB.nextTimeout() ?? Infinity,
      this.links.bToA.nextTimeout() ?? Infinity,
      a.nextTimeout() ?? Infinity,
      b.nextTimeout() ?? Infinity,
      this.timers.nextTimeout() ?? Infinity,
      this.#script[0]?.at ?? Infinity,
    );
  }

  /** Transmits, then events, then what the sends left waiting in the lanes, until nothing moves. */
  #drain(side: Side): void {
    const now = this.#now;
    const direction = side === 'a' ? 0 : 1;
    const endpoint: Endpoint<EA | EB> = side === 'a' ? this.#options.a : this.#options.b;
    const used = new Set<LaneState>();
    for (let drained = 0; ;) {
      let again = false;
      for (let transmit = endpoint.pollTransmit(now); transmit; transmit = endpoint.pollTransmit(now)) {
        if (++drained > MAX_DRAIN) throw new Error(`${side} sends without end at ${now} ms`);
        const state = this.#lanes.get(transmit.lane);
        // A lane that closed since: the packet is gone, as the network might lose it.
        if (!state) continue;
        state.counts[direction].sent++;
        state.links[direction].send(transmit.bytes, now);
        used.add(state);
      }
      for (let event = endpoint.pollEvent(); event !== undefined; event = endpoint.pollEvent()) {
        this.#collect({ side, at: now, event } as PairEvent<EA, EB>);
        // Who hears of it may have called the endpoint, which may now have more to send.
        again = true;
      }

      for (const state of used) {
        used.delete(state);
        again = this.#reportBacklog(state, direction) || again;
      }
      if (!again) return;
    }
  }

  #reportBacklog(state: LaneState, direction: 0 | 1): boolean {
    const backlog = state.links[direction].backlog();
    if (backlog === state.reported[direction]) return false;
    state.reported[direction] = backlog;
    const endpoint = direction === 0 ? this.#options.a : this.#options.b;
    endpoint.handleLaneBacklog(state.id, backlog, this.#now);
    return true;
  }

  #collect(event: PairEvent<EA, EB>): void {
    if (this.#options.keepEvents ?? true) this.events.push(event);
    this.#options.onEvent?.(event);
  }

  #blocker(): string {
    const { a, b } = this.#options;
    if ((a.nextTimeout() ?? Infinity) <= this.#now) return 'a';
    if ((b.nextTimeout() ?? Infinity) <= this.#now) return 'b';
    return 'a lane or the script';
  }
}

/** Pairs on one path, run on one clock until `maxTime`. */
export function runTogether<EA, EB>(pairs: readonly Pair<EA, EB>[], maxTime: Millis): void {
  for (const pair of pairs) pair.drain();
  for (;;) {
    const next = Math.min(...pairs.map((pair) => pair.nextTimeout()));
    if (!(next <= maxTime)) return;
    for (const pair of pairs) pair.catchUp(next);
    for (const pair of pairs) if (pair.nextTimeout() <= next) pair.step(next);
  }
}
