/** The transport alone in a page: signals are passed by the test, messages are numbered and counted. */
import { CONTROL_LANE, type LaneId } from '../lib/protocol/endpoint.ts';
import { createTransport } from '../lib/transport/transport.ts';
import type { Transport } from '../lib/transport/contract.ts';

interface SignalPort {
  passSignal(signal: unknown): void;
}

// Each connection the page makes, so that a test can end one behind the transport's back.
const connections: RTCPeerConnection[] = [];
const channels: RTCDataChannelInit[] = [];
let control: RTCDataChannel;
const Native = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    connections.push(this);
  }
  override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
    channels.push(init ?? {});
    const channel = super.createDataChannel(label, init);
    if (init?.ordered !== false) control = channel;
    return channel;
  }
};

let transport: Transport;
let startedAt = 0;
const state = {
  connectedAt: undefined as number | undefined,
  closed: undefined as string | undefined,
  /** Lanes open now, and when each opened, ms after the start. */
  lanes: [] as LaneId[],
  openedAt: {} as Record<LaneId, number>,
  control: [] as number[],
  received: {} as Record<LaneId, number>,
  maxBacklog: 0,
  lastBacklog: {} as Record<LaneId, number>,
  refused: 0,
};

function start(initiator: boolean): void {
  startedAt = performance.now();
  Object.assign(state, { connectedAt: undefined, closed: undefined, lanes: [] });
  transport = createTransport({
    initiator,
    iceServers: [],
    relayOnly: false,
    signal: (message) => (window as unknown as SignalPort).passSignal(message),
    events: {
      connected: () => (state.connectedAt = performance.now() - startedAt),
      closed: (reason) => (state.closed = reason),
      laneOpen: (lane) => {
        state.lanes.push(lane);
        state.openedAt[lane] = performance.now() - startedAt;
      },
      laneClosed: (lane) => (state.lanes = state.lanes.filter((other) => other !== lane)),
      packet: (lane, bytes) => {
        if (lane === CONTROL_LANE) state.control.push(new DataView(bytes.buffer).getUint32(1));
        else state.received[lane] = (state.received[lane] ?? 0) + 1;
      },
      backlog: (lane, bytes) => {
        state.maxBacklog = Math.max(state.maxBacklog, bytes);
        state.lastBacklog[lane] = bytes;
      },
    },
  });
}

function numbered(number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = 1;
  new DataView(bytes.buffer).setUint32(1, number);
  return bytes;
}

const harness = {
  start,
  state: () => state,
  channels: () => channels,
  handleSignal: (message: unknown) => transport.handleSignal(message),
  setLaneTarget: (count: number) => transport.setLaneTarget(count),
  path: () => transport.path(),
  fingerprints: () => transport.fingerprints(),
  close: () => transport.close(),
  sendControl(from: number, count: number, length = 200): number {
    let taken = 0;
    for (let i = 0; i < count; i++) taken += Number(transport.send(CONTROL_LANE, numbered(from + i, length)));
    return taken;
  },
  /** Round robin over the open lanes, `gap` ms after each round. */
  async sendOnLanes(rounds: number, gap: number): Promise<number> {
    let sent = 0;
    for (let round = 0; round < rounds; round++) {
      for (const lane of state.lanes) {
        if (transport.send(lane, numbered(sent, 1044))) sent++;
        else state.refused++;
      }
      await new Promise((resolve) => setTimeout(resolve, gap));
    }
    return sent;
  },
  /** Sends on one lane without a pause until it refuses. */
  flood(lane: LaneId, most: number): number {
    for (let sent = 0; sent < most; sent++) {
      if (!transport.send(lane, numbered(sent, 1044))) return sent;
    }
    return most;
  },
  /** Ends the page's n-th connection as a crash of its network would: no event is fired here. */
  killConnection(index: number): void {
    connections[index]!.close();
  },
  /** What a hostile side could say to the other's transport. */
  sendRaw(text: string): void {
    control.send(new TextEncoder().encode(`\0${text}`));
  },
  closeOnLeaving(): void {
    addEventListener('pagehide', () => transport.close());
  },
  connectionsMade: () => connections.length,
  connectionCount: () => connections.filter((one) => one.connectionState !== 'closed').length,
};

declare global {
  interface Window {
    harness: typeof harness;
  }
}
window.harness = harness;
