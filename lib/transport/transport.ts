/**
 * The browser's transport: the first connection with its control channel and lane 1, and the pool of further
 * lanes.
 */
import { CONTROL_LANE, type LaneId } from '../protocol/endpoint.ts';
import type { ChannelNews, PathKind, Transport, TransportFigures, TransportOptions } from './contract.ts';
import { ControlBudget } from './control-budget.ts';
import { ControlQueue } from './control-queue.ts';
import { LaneChannels } from './lane-channels.ts';
import { LanePool } from './lane-pool.ts';
import { decodeLaneSignals, encodeLaneSignals, TRANSPORT_MESSAGE, type LaneSignal } from './lane-signals.ts';
import { CLOSE_DRAIN_MS, MAX_CONTROL_MESSAGE_BYTES, DIRECT_LANES, FIRST_OPEN_MS } from './limits.ts';
import { Peer } from './peer.ts';
import { selectedPath, type SelectedPath } from './selected-path.ts';

const FIRST_LANE: LaneId = 1;

/** A `Transport` over WebRTC; begins to gather addresses at once. */
export function createTransport(options: TransportOptions): Transport {
  return new BrowserTransport(options);
}

class BrowserTransport implements Transport {
  #options: TransportOptions;
  #first: Peer | undefined;
  #control: ControlQueue | undefined;
  /** Of what the other side says. */
  #budget = new ControlBudget();
  #pool: LanePool | undefined;
  #open = new Set<LaneId>();
  /** Lanes whose channels could not be handed over. */
  #kept: LaneChannels;
  #stayed = new Set<LaneId>();
  /** What arrived before the first connection was made, or before the pool was. */
  #earlySignals: unknown[] = [];
  #earlyLaneSignals: LaneSignal[] = [];
  #target = 1;
  #hold = false;
  /** `closing`: we wait for the other side to confirm our goodbye. */
  #state: 'starting' | 'connected' | 'closing' | 'closed' = 'starting';

  constructor(options: TransportOptions) {
    this.#options = options;
    const { packet, backlog } = options.events;
    this.#kept = new LaneChannels({ packet, backlog });
    void this.#start();
  }

  handleSignal(message: unknown): void {
    if (this.#first) this.#first.handleSignal(message);
    else if (this.#state === 'starting' && this.#earlySignals.length < 128) this.#earlySignals.push(message);
  }

  send(lane: LaneId, bytes: Uint8Array): boolean {
    if (this.#state !== 'connected') return false;
    if (lane === CONTROL_LANE) {
      if (bytes.length === 0 || bytes.length > MAX_CONTROL_MESSAGE_BYTES || bytes[0] === TRANSPORT_MESSAGE) {
        throw new RangeError('a control message has 1 … 65536 bytes and does not begin with 0x00');
      }
      return this.#control!.send(bytes);
    }
    return this.#kept.send(lane, bytes);
  }

  setLaneTarget(count: number, hold = false): void {
    this.#target = count;
    this.#hold = hold;
    if (this.#options.initiator) this.#pool?.setTarget(count, hold);
  }

  async path(): Promise<PathKind | undefined> {
    if (!this.#first || this.#state !== 'connected') return undefined;
    return (await selectedPath(this.#first.connection))?.kind;
  }

  fingerprints(): readonly [string, string] | undefined {
    const both = this.#first?.fingerprints();
    if (!both) return undefined;
    return this.#options.initiator ? both : [both[1], both[0]];
  }

  figures(): TransportFigures {
    return { lanesOpen: this.#open.size, lanesTarget: this.#pool?.target ?? 1 };
  }

  close(): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    if (this.#state === 'starting') return this.#finish('closed');
    this.#state = 'closing';
    // Ordered behind everything queued: its answer says that all of it has arrived.
    this.#sendLaneSignals([{ bye: true }]);
    setTimeout(() => this.#finish('closed'), CLOSE_DRAIN_MS);
  }

  async #start(): Promise<void> {
    const { iceServers, relayOnly, initiator } = this.#options;
    // One certificate for all lanes: no key to make for each, and the same fingerprint vouches for all.
    const certificate = await makeCertificate();
    if (this.#state !== 'starting') return;
    const config: RTCConfiguration = {
      iceServers: [...iceServers],
      iceTransportPolicy: relayOnly ? 'relay' : 'all',
      ...(certificate ? { certificates: [certificate] } : {}),
    };
    try {
      this.#first = new Peer({
        initiator,
        config,
        withControl: true,
        openWithinMs: FIRST_OPEN_MS,
        takeLane: (channel, news) => this.#takeLane(FIRST_LANE, channel, news),
        events: {
          signal: (signal) => this.#options.signal(signal),
          open: () => this.#connected(config),
          controlMessage: (bytes) => this.#controlMessage(bytes),
          laneEnded: () => this.#laneClosed(FIRST_LANE),
          silent: (silent) => this.#options.events.silent?.(silent),
          closed: () => this.#finish('failed'),
        },
      });
    } catch {
      return this.#finish('failed');
    }
    this.#control = new ControlQueue(this.#first.control!);
    for (const message of this.#earlySignals.splice(0)) this.#first.handleSignal(message);
  }

  #connected(config: RTCConfiguration): void {
    const first = this.#first!;
    this.#state = 'connected';
    this.#options.events.connected();
    this.#laneOpen(FIRST_LANE);
    void selectedPath(first.connection).then((path) => {
      if (this.#state === 'connected') this.#startPool(config, path);
    });
  }

  #startPool(config: RTCConfiguration, path: SelectedPath | undefined): void {
    const { local, remote } = this.#first!.signaledSdp;
    this.#pool = new LanePool({
      initiator: this.#options.initiator,
      config,
      path,
      localSdp: withoutCandidates(local),
      remoteSdp: withoutCandidates(remote),
      send: (signals) => this.#sendLaneSignals(signals),
      takeLane: (lane, channel, news) => this.#takeLane(lane, channel, news),
      laneOpen: (lane) => this.#laneOpen(lane),
      laneClosed: (lane) => this.#laneClosed(lane),
    });
    this.#pool.setTarget(this.#target, this.#hold);
    for (const signal of this.#earlyLaneSignals.splice(0)) this.#pool.handleSignal(signal);
  }

  #controlMessage(bytes: Uint8Array): void {
    if (this.#state === 'closed') return;
    // Counted before it is read: reading is the work that is bounded.
    if (!this.#budget.take(bytes.length, performance.now())) return this.#finish('flooded');
    if (bytes[0] !== TRANSPORT_MESSAGE) {
      if (bytes.length > 0) this.#options.events.packet(CONTROL_LANE, bytes);
      return;
    }
    for (const signal of decodeLaneSignals(bytes)) {
      if ('bye' in signal) return this.#goodbye();
      if (this.#pool) this.#pool.handleSignal(signal);
      else if (this.#earlyLaneSignals.length < DIRECT_LANES) this.#earlyLaneSignals.push(signal);
    }
  }

  /** The other side has closed, or confirms that we have. */
  #goodbye(): void {
    if (this.#state === 'connected') {
      const first = this.#first!;
      // The confirmation may need to be sent again by SCTP: the connection lingers, silent, until the other
      // side ends it.
      this.#sendLaneSignals([{ bye: true }]);
      this.#first = undefined;
      setTimeout(() => first.destroy(), CLOSE_DRAIN_MS);
    }
    this.#finish('closed');
  }

  #sendLaneSignals(signals: readonly LaneSignal[]): void {
    for (const message of encodeLaneSignals(signals)) this.#control!.send(message);
  }

  #takeLane(lane: LaneId, channel: RTCDataChannel, news: ChannelNews): () => void {
    const letGo = this.#options.handOver?.(lane, channel, news);
    if (letGo) return letGo;
    this.#kept.add(lane, channel, news);
    this.#stayed.add(lane);
    return () => this.#kept.remove(lane);
  }

  #laneOpen(lane: LaneId): void {
    this.#open.add(lane);
    if (this.#stayed.has(lane)) this.#options.events.laneOpen(lane);
  }

  #laneClosed(lane: LaneId): void {
    const stayed = this.#stayed.delete(lane);
    if (this.#open.delete(lane) && stayed) this.#options.events.laneClosed(lane);
  }

  #finish(reason: 'closed' | 'failed' | 'flooded'): void {
    if (this.#state === 'closed') return;
    const asked = this.#state === 'closing';
    this.#state = 'closed';
    this.#pool?.stop();
    this.#first?.destroy();
    this.#kept.clear();
    this.#open.clear();
    this.#options.events.closed(asked ? 'closed' : reason);
  }
}

/**
 * P-256 as browsers make by themselves; `undefined` where the call is missing: then each connection makes its
 * own.
 */
async function makeCertificate(): Promise<RTCCertificate | undefined> {
  try {
    const parameters: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
    return await RTCPeerConnection.generateCertificate(parameters);
  } catch {
    return undefined;
  }
}

/** A template holds what all lanes share; candidates are each connection's own. */
function withoutCandidates(sdp: string): string {
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') && line !== 'a=end-of-candidates')
    .join('\r\n');
}
