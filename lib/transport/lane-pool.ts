/**
 * Lanes 2 … N: peer connections signaled over the first one's control channel. The initiator plans them; the
 * other side answers within the same bounds. See docs/PROTOCOL.md, "Lanes".
 */
import type { LaneId } from '../protocol/endpoint.ts';
import type { ChannelNews } from './contract.ts';
import { LaneAdmission } from './lane-admission.ts';
import { LanePlan } from './lane-plan.ts';
import type { LaneSignal } from './lane-signals.ts';
import {
  MAX_CANDIDATES,
  DIRECT_LANES,
  LANE_OPEN_MS,
  LANES_PER_TURN,
  MAX_WITH_LANES,
  NAT_LANES,
  RELAYED_LANES,
  SIGNAL_BATCH_MS,
} from './limits.ts';
import { connectionsOfPage, Peer } from './peer.ts';
import { applyDifference, differenceOf } from './sdp-difference.ts';
import { worthSignaling, type SelectedPath } from './selected-path.ts';
import { parseSignal, type PeerSignal } from './signals.ts';

export interface LanePoolOptions {
  initiator: boolean;
  config: RTCConfiguration;
  /** What the first connection runs over; lanes follow the same kind of path. */
  path: SelectedPath | undefined;
  /** The first connection's descriptions: lanes are described by how they differ. */
  localSdp: string;
  remoteSdp: string;
  send: (signals: readonly LaneSignal[]) => void;
  takeLane: (lane: LaneId, channel: RTCDataChannel, news: ChannelNews) => () => void;
  laneOpen: (lane: LaneId) => void;
  laneClosed: (lane: LaneId) => void;
}

interface Entry {
  peer: Peer;
  open: boolean;
}

export class LanePool {
  #options: LanePoolOptions;
  #plan: LanePlan;
  #admission: LaneAdmission;
  #lanes = new Map<LaneId, Entry>();
  /** Lanes of the other side that wait for their turn, and what it has signaled for each. */
  #waiting = new Map<LaneId, PeerSignal[]>();
  /** Highest number the other side has opened: numbers are never reused. */
  #highest: LaneId = 1;
  #outgoing: LaneSignal[] = [];
  #batchTimer: ReturnType<typeof setTimeout> | undefined;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  /** Turns by message: a hidden page's timers fire once a second. */
  #turns = new MessageChannel();
  #stopped = false;

  constructor(options: LanePoolOptions) {
    this.#options = options;
    // An unknown path may be a relay's.
    const limit = options.path?.kind === 'direct' ? DIRECT_LANES : RELAYED_LANES;
    this.#admission = new LaneAdmission(limit);
    // Only who opens lanes bounds them by its router: the other side takes what it is offered.
    const throughRouter = options.path?.kind === 'direct' && !options.path.hostToHost;
    this.#plan = new LanePlan(throughRouter ? NAT_LANES : limit);
    this.#turns.port1.onmessage = () => (options.initiator ? this.#step() : this.#answerWaiting());
  }

  get target(): number {
    return this.#plan.target;
  }

  setTarget(count: number, hold: boolean): void {
    this.#plan.setTarget(count, hold);
    this.#step();
  }

  handleSignal(signal: LaneSignal): void {
    if (this.#stopped || 'bye' in signal) return;
    const { lane } = signal;
    const entry = this.#lanes.get(lane);
    const waiting = this.#waiting.get(lane);
    if ('gone' in signal) {
      this.#waiting.delete(lane);
      if (entry) this.#remove(lane, entry);
    } else if ('candidate' in signal) {
      const candidate = { type: 'candidate', candidate: signal.candidate } as const;
      if (waiting === undefined) entry?.peer.handleSignal(candidate);
      else if (waiting.length <= MAX_CANDIDATES) waiting.push(candidate);
    } else {
      const sdp = applyDifference(signal.sdp, this.#options.remoteSdp);
      if (sdp === undefined) return;
      if (this.#options.initiator) entry?.peer.handleSignal({ type: 'answer', sdp });
      else this.#accept(lane, sdp);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#batchTimer);
    clearTimeout(this.#retryTimer);
    this.#turns.port1.close();
    for (const { peer } of this.#lanes.values()) peer.destroy();
    this.#lanes.clear();
    this.#waiting.clear();
  }

  /**
   * An offer for a new lane: its number must be new, and the count within the bounds. Its connection is made
   * in its turn.
   */
  #accept(lane: LaneId, sdp: string): void {
    if (lane <= this.#highest) return;
    this.#highest = lane;
    const offer = parseSignal({ type: 'offer', sdp });
    const opening = [...this.#lanes.values()].filter(({ open }) => !open).length + this.#waiting.size;
    const all = 1 + this.#lanes.size + this.#waiting.size;
    if (offer === undefined || !this.#admission.admit(opening, all, performance.now())) {
      this.#signal({ lane, gone: true });
      return;
    }
    this.#waiting.set(lane, [offer]);
    if (this.#waiting.size === 1) this.#turns.port2.postMessage(undefined);
  }

  /** Makes the connections of some lanes that wait. */
  #answerWaiting(): void {
    for (const [lane, signals] of [...this.#waiting].slice(0, LANES_PER_TURN)) {
      this.#waiting.delete(lane);
      const peer = this.#open(lane);
      if (peer === undefined) this.#signal({ lane, gone: true });
      for (const signal of signals) peer?.handleSignal(signal);
    }
    if (this.#waiting.size > 0) this.#turns.port2.postMessage(undefined);
  }

  #open(lane: LaneId): Peer | undefined {
    const { config, initiator, path } = this.#options;
    if (connectionsOfPage.value >= MAX_WITH_LANES) return undefined;
    try {
      const peer = new Peer({
        initiator,
        // Host to host, the servers have nothing to add: no question to them, no wait for an answer.
        config: path?.hostToHost ? { ...config, iceServers: [] } : config,
        withControl: false,
        openWithinMs: LANE_OPEN_MS,
        takeLane: (channel, news) => this.#options.takeLane(lane, channel, news),
        events: {
          signal: (signal) => this.#peerSignal(lane, signal),
          open: () => this.#opened(lane),
          closed: () => this.#died(lane),
        },
      });
      this.#lanes.set(lane, { peer, open: false });
      return peer;
    } catch {
      // Whoever holds the connections that the browser allows, we go on with the lanes we have.
      return undefined;
    }
  }

  #peerSignal(lane: LaneId, signal: PeerSignal): void {
    if (signal.type === 'candidate') {
      if (!worthSignaling(signal.candidate.candidate, this.#options.path)) return;
      this.#signal({ lane, candidate: signal.candidate });
    } else {
      this.#signal({ lane, sdp: differenceOf(signal.sdp, this.#options.localSdp) });
    }
  }

  #opened(lane: LaneId): void {
    const entry = this.#lanes.get(lane);
    if (!entry) return;
    entry.open = true;
    this.#plan.opened(lane);
    this.#options.laneOpen(lane);
    this.#step();
  }

  #died(lane: LaneId): void {
    const entry = this.#lanes.get(lane);
    if (!entry) return;
    this.#signal({ lane, gone: true });
    this.#remove(lane, entry);
  }

  #remove(lane: LaneId, entry: Entry): void {
    this.#lanes.delete(lane);
    entry.peer.destroy();
    this.#plan.closed(lane, performance.now());
    if (entry.open) this.#options.laneClosed(lane);
    this.#step();
  }

  #step(): void {
    if (!this.#options.initiator || this.#stopped) return;
    const now = performance.now();
    const { open, close } = this.#plan.next(now);
    for (const lane of close) {
      const entry = this.#lanes.get(lane);
      if (!entry) continue;
      this.#lanes.delete(lane);
      entry.peer.destroy();
      this.#signal({ lane, gone: true });
      if (entry.open) this.#options.laneClosed(lane);
    }
    for (const lane of open) {
      if (!this.#open(lane)) this.#plan.closed(lane, now);
    }
    clearTimeout(this.#retryTimer);
    const retryAt = this.#plan.nextTimeout(now);
    if (retryAt === undefined) return;
    if (retryAt > now) this.#retryTimer = setTimeout(() => this.#step(), retryAt - now);
    else this.#turns.port2.postMessage(undefined);
  }

  #signal(signal: LaneSignal): void {
    if (this.#stopped) return;
    this.#outgoing.push(signal);
    if (this.#outgoing.length > 1) return;
    this.#batchTimer = setTimeout(() => {
      this.#options.send(this.#outgoing);
      this.#outgoing = [];
    }, SIGNAL_BATCH_MS);
  }
}
