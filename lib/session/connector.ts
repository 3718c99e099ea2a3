/**
 * Brings two sides together and keeps them together: room or code, pairing, sealed signaling, the first connection, and,
 * when that is lost, the way back without a code.
 *
 *     idle ──open, join──▶ waiting ──paired──▶ pairing ──confirmed──▶ connecting ──▶ connected
 *                             ▲                   │ failed: the code is burnt            │ lost
 *                             └──── rejoin (rendezvous of the session key) ◀── reconnecting
 */
import type { LaneId } from '../protocol/contract.ts';
import type { Transport, TransportOptions } from '../transport/contract.ts';
import { createTransport, webRtcAvailable } from '../transport/transport.ts';
import type { ConnectionState, Problem, ProblemCode, Role, Room } from './model.ts';
import { formatCode, formatFragment, makeCode, makeLink, parseCode, passwordOf } from './pairing/code.ts';
import { fingerprint } from './pairing/fingerprint.ts';
import { Pairing } from './pairing/pairing.ts';
import type { Password } from './pairing/password.ts';
import {
  advanceRejoin,
  beginRejoin,
  rendezvousOf,
  settleRejoin,
  type RejoinState,
  type Rendezvous,
} from './pairing/rejoin.ts';
import { SealedChannel } from './pairing/sealed-channel.ts';
import type { SessionKeys } from './pairing/session-keys.ts';
import { forgetRejoin, keepRejoin } from './rejoin-memory.ts';
import { createSignalingClient, SignalingError, type SignalingClient } from './signaling-client.ts';

/** A pairing is four short messages; one that takes longer has lost its server or its other side. */
const PAIRING_LIMIT = 20_000;
/** A connection comes to stand within this, or there is no path. */
const CONNECT_LIMIT = 40_000;
/** How long a lost session is looked for before it is given up. */
const REJOIN_LIMIT = 60_000;
/** Between two looks: the other side may be at its second meeting place. */
const REJOIN_STEP = 3_000;
/** Type of a sealed message that carries WebRTC signaling. */
const SIGNAL = 1;

export interface ConnectorEvents {
  changed(): void;
  connected(): void;
  disconnected(): void;
  laneOpen(lane: LaneId): void;
  laneClosed(lane: LaneId): void;
  packet(lane: LaneId, bytes: Uint8Array): void;
  backlog(lane: LaneId, bytes: number): void;
}

export interface ConnectorOptions {
  role: Role;
  server: string;
  relayOnly: boolean;
  events: ConnectorEvents;
}

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Connector {
  connection: ConnectionState = 'waiting';
  problem: Problem | undefined;
  room: Room | undefined;
  path: 'direct' | 'relayed' | undefined;
  fingerprint: string | undefined;
  serverOnline = false;
  transport: Transport | undefined;

  private readonly options: ConnectorOptions;
  private readonly client: SignalingClient;
  private passwords: readonly Password[] = [];
  private pairing: Pairing | undefined;
  private keys: SessionKeys | undefined;
  private sealed: SealedChannel | undefined;
  private iceServers: readonly RTCIceServer[] = [];
  private rejoin: RejoinState | undefined;
  private meeting: Rendezvous | undefined;
  private lostAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(options: ConnectorOptions) {
    this.options = options;
    this.client = createSignalingClient({
      server: options.server,
      onOnline: (online) => this.onOnline(online),
      onPaired: () => this.startPairing(),
      onMessage: (bytes) => this.onMessage(bytes),
      onPeerLeft: () => this.onPeerLeft(),
      onExpired: (reason) => this.onExpired(reason),
    });
  }

  // ---- what the person asks for

  async open(): Promise<void> {
    this.reset();
    this.set('waiting');
    try {
      const { slot, expiresAt, iceServers } = await this.client.open();
      this.iceServers = iceServers;
      const code = makeCode(slot, random);
      const link = makeLink(slot, random);
      this.passwords = [passwordOf(code), passwordOf(link)];
      const page = new URL('/receive/', this.options.server === '' ? location.origin : this.options.server);
      this.room = { code: formatCode(code), link: `${page.href}${formatFragment(link)}`, expiresAt };
      this.options.events.changed();
    } catch (error) {
      this.fail(codeOf(error), error);
    }
  }

  async join(text: string): Promise<void> {
    const code = parseCode(text);
    if (code.kind === 'malformed') {
      this.fail('code-malformed');
      return;
    }
    this.reset();
    this.set('connecting');
    this.passwords = [passwordOf(code)];
    try {
      const { iceServers } = await this.client.join(code.slot);
      this.iceServers = iceServers;
      this.startPairing();
    } catch (error) {
      this.fail(codeOf(error), error);
    }
  }

  /** Looks for the other side of an earlier session, whose state was kept through a reload. */
  resume(state: RejoinState): void {
    this.rejoin = state;
    this.lostAt = Date.now();
    this.set('reconnecting');
    void this.meet();
  }

  /** The page goes away, perhaps to come back. */
  suspend(): void {
    this.transport?.close();
  }

  /** The page is back from where it was frozen. */
  wake(): void {
    if (this.rejoin !== undefined && this.connection === 'connected') this.onLost();
  }

  /** The other side said goodbye. */
  peerLeft(): void {
    forgetRejoin(this.options.role);
    this.rejoin = undefined;
    this.closeTransport();
    this.problem = { code: 'peer-left' };
    this.set('closed');
  }

  leave(): void {
    this.ended = true;
    forgetRejoin(this.options.role);
    clearTimeout(this.timer);
    this.closeTransport();
    this.client.close();
    this.set('closed');
  }

  // ---- pairing

  private startPairing(): void {
    // The server says so to both; the receiver has started already.
    if (this.pairing !== undefined || this.ended) return;
    const { role } = this.options;
    const passwords = this.meeting === undefined ? this.passwords : [this.meeting.password];
    const [password] = passwords;
    if (password === undefined) return;
    if (this.connection !== 'reconnecting') this.set('connecting');
    this.pairing =
      role === 'sender' ? new Pairing({ role, passwords, random }) : new Pairing({ role, password, random });
    this.after(PAIRING_LIMIT, () => this.pairingFailed('connection-lost'));
    this.drainPairing();
  }

  private onMessage(bytes: Uint8Array): void {
    if (this.sealed !== undefined) this.onSealed(bytes);
    else if (this.pairing !== undefined) {
      this.pairing.handleMessage(bytes);
      this.drainPairing();
    }
  }

  private drainPairing(): void {
    const { pairing } = this;
    if (pairing === undefined) return;
    const event = pairing.pollEvent();
    // What brings us back is kept before the message that lets the other side move on.
    if (event?.type === 'confirmed') this.keep(event.keys);
    for (let bytes = pairing.pollTransmit(); bytes !== undefined; bytes = pairing.pollTransmit()) {
      this.client.send(bytes);
    }
    if (event?.type === 'failed') this.pairingFailed(event.problem);
    else if (event?.type === 'confirmed') this.connect();
  }

  private pairingFailed(code: ProblemCode): void {
    this.pairing = undefined;
    if (this.connection === 'reconnecting') {
      this.after(REJOIN_STEP, () => void this.meet());
      return;
    }
    // Nobody gets a second guess at these words.
    this.room = undefined;
    this.passwords = [];
    void this.client.burn().catch(() => {});
    this.fail(code);
  }

  private keep(keys: SessionKeys): void {
    const { role } = this.options;
    this.keys = keys;
    this.sealed = new SealedChannel(role, keys);
    this.rejoin =
      this.rejoin !== undefined && this.meeting !== undefined
        ? advanceRejoin(this.rejoin, this.meeting, keys)
        : beginRejoin(role, keys);
    keepRejoin(this.rejoin);
  }

  private connect(): void {
    const { role, relayOnly, events } = this.options;
    clearTimeout(this.timer);
    this.room = undefined;
    this.closeTransport();
    if (!webRtcAvailable()) {
      this.fail('webrtc-missing');
      return;
    }
    let made: Transport | undefined;
    // A transport that was replaced may still have something to say.
    const current = (): boolean => made !== undefined && this.transport === made;
    const options: TransportOptions = {
      initiator: role === 'sender',
      iceServers: this.iceServers,
      relayOnly,
      signal: (message) => this.sendSealed(message),
      events: {
        connected: () => current() && this.onConnected(),
        closed: () => current() && this.onLost(),
        laneOpen: (lane) => current() && events.laneOpen(lane),
        laneClosed: (lane) => current() && events.laneClosed(lane),
        packet: (lane, bytes) => current() && events.packet(lane, bytes),
        backlog: (lane, bytes) => current() && events.backlog(lane, bytes),
      },
    };
    made = createTransport(options);
    this.transport = made;
    this.after(CONNECT_LIMIT, () => this.onLost());
  }

  private sendSealed(message: unknown): void {
    if (this.sealed !== undefined)
      this.client.send(this.sealed.seal(SIGNAL, encoder.encode(JSON.stringify(message))));
  }

  private onSealed(bytes: Uint8Array): void {
    const opened = this.sealed?.open(bytes);
    if (opened === undefined) return;
    if (!opened.ok) {
      // Once connected the server's messages do not matter any more.
      if (this.connection !== 'connected') this.fail('tampered');
      return;
    }
    if (this.rejoin?.previous !== undefined) {
      this.rejoin = settleRejoin(this.rejoin);
      keepRejoin(this.rejoin);
    }
    if (opened.type !== SIGNAL) return;
    let message: unknown;
    try {
      message = JSON.parse(decoder.decode(opened.plaintext));
    } catch {
      return;
    }
    this.transport?.handleSignal(message);
  }

  // ---- the connection

  private onConnected(): void {
    clearTimeout(this.timer);
    const { transport, keys } = this;
    const certificates = transport?.fingerprints();
    this.fingerprint =
      keys === undefined || certificates === undefined ? undefined : fingerprint(keys, certificates);
    this.problem = undefined;
    this.meeting = undefined;
    this.set('connected');
    this.options.events.connected();
    void transport?.path().then((path) => {
      if (this.transport !== transport) return;
      this.path = path;
      this.options.events.changed();
    });
  }

  private onLost(): void {
    if (this.ended) return;
    const was = this.connection;
    this.closeTransport();
    if (was === 'connecting') {
      this.fail('no-path');
      return;
    }
    if (was === 'connected') {
      this.lostAt = Date.now();
      this.options.events.disconnected();
    }
    this.set('reconnecting');
    void this.meet();
  }

  /** Goes to the meeting place, in turns where there are two. */
  private async meet(): Promise<void> {
    clearTimeout(this.timer);
    if (this.ended || this.rejoin === undefined || this.connection !== 'reconnecting') return;
    if (Date.now() - this.lostAt > REJOIN_LIMIT) {
      this.fail('connection-lost');
      return;
    }
    const places = rendezvousOf(this.rejoin);
    const next = places[(places.findIndex((place) => place.id === this.meeting?.id) + 1) % places.length];
    this.pairing = undefined;
    this.sealed = undefined;
    this.meeting = next;
    this.after(places.length > 1 ? REJOIN_STEP : 4 * REJOIN_STEP, () => void this.meet());
    try {
      if (next === undefined) return;
      const { iceServers, waiting } = await this.client.rejoin(next.id, this.options.role);
      this.iceServers = iceServers;
      if (!waiting) this.startPairing();
    } catch {
      this.after(REJOIN_STEP, () => void this.meet());
    }
  }

  private onOnline(online: boolean): void {
    this.serverOnline = online;
    if (!online && this.room !== undefined && this.connection === 'waiting') {
      // The room went with the server; a picture's way does not.
      this.room = undefined;
      this.fail('server-away');
      return;
    }
    if (!online && this.connection === 'connecting' && this.transport === undefined) this.fail('server-away');
    if (online && this.connection === 'reconnecting') void this.meet();
    this.options.events.changed();
  }

  private onPeerLeft(): void {
    if (this.connection === 'connecting' && this.transport === undefined) this.pairingFailed('peer-left');
  }

  private onExpired(reason: 'time' | 'replaced'): void {
    if (this.connection === 'connected') return;
    this.room = undefined;
    if (this.connection === 'reconnecting') {
      if (reason === 'time') void this.meet();
      else this.fail('connection-lost');
      return;
    }
    this.fail('code-expired');
  }

  private closeTransport(): void {
    const { transport } = this;
    this.transport = undefined;
    this.path = undefined;
    transport?.close();
  }

  private reset(): void {
    clearTimeout(this.timer);
    this.closeTransport();
    this.pairing = undefined;
    this.sealed = undefined;
    this.keys = undefined;
    this.rejoin = undefined;
    this.meeting = undefined;
    this.room = undefined;
    this.problem = undefined;
    this.fingerprint = undefined;
  }

  private fail(code: ProblemCode, error?: unknown): void {
    clearTimeout(this.timer);
    this.closeTransport();
    this.pairing = undefined;
    this.problem = error instanceof Error ? { code, detail: error.message } : { code };
    this.set('failed');
  }

  private after(delay: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, delay);
  }

  private set(connection: ConnectionState): void {
    this.connection = connection;
    this.options.events.changed();
  }
}

const codeOf = (error: unknown): ProblemCode =>
  error instanceof SignalingError ? error.code : 'server-away';
