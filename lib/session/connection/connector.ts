/**
 * Brings two sides together and keeps them together: room or code, pairing, sealed signaling, the first connection, and,
 * when that is lost, the way back without a code.
 *
 *     idle ──open, join──▶ waiting ──paired──▶ pairing ──confirmed──▶ connecting ──▶ connected
 *                             ▲                   │ failed: the code is burnt            │ lost
 *                             └──── rejoin (rendezvous of the session key) ◀── reconnecting
 */
import type { LaneId } from '../../protocol/endpoint.ts';
import type { Transport, TransportOptions } from '../../transport/contract.ts';
import { createTransport, webRtcAvailable } from '../../transport/transport.ts';
import { holdTransport, type HeldTransport } from './held-transport.ts';
import type { ConnectionState, Problem, ProblemCode, Role, Room } from '../model.ts';
import { formatCode, formatFragment, makeCode, makeLink, parseCode, passwordOf } from '../pairing/code.ts';
import { fingerprint } from '../pairing/fingerprint.ts';
import { Pairing } from '../pairing/pairing.ts';
import type { Password } from '../pairing/password.ts';
import {
  advanceRejoin,
  beginRejoin,
  rendezvousOf,
  settleRejoin,
  type RejoinState,
  type Rendezvous,
} from '../pairing/rejoin.ts';
import { SealedChannel } from '../pairing/sealed-channel.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';
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
/** A guest waits this long for the sender's first word: a phone may have suspended the page of who handed out the code. */
const GUEST_LIMIT = 60_000;
/** A room outlives a short absence of the server, or of this page; a code on the screen must not lie for longer. */
const ROOM_AWAY_LIMIT = 20_000;
/** Signaling that is lost half-way may have been enough already. */
const UNPAIRED_LIMIT = 4_000;
/** Type of a sealed message that carries WebRTC signaling. */
const SIGNAL = 1;

export interface ConnectorEvents {
  /** See `TransportOptions`. */
  handOver?: TransportOptions['handOver'];
  changed(): void;
  connected(): void;
  disconnected(): void;
  /** Given up: what was going on with the other side does not go on. */
  lost(): void;
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
  /** Default: WebRTC. */
  createTransport?: (options: TransportOptions) => Transport;
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
  /** Of the code and the link; empty as soon as anything made from them has left this page. */
  private passwords: readonly Password[] = [];
  private roomToken: string | undefined;
  private pairing: Pairing | undefined;
  /** The first message of this pairing went along with the join: when both are there, it has begun already. */
  private greeted = false;
  /** Made while the last messages of a pairing are on their way. */
  private prepared: HeldTransport | undefined;
  private keys: SessionKeys | undefined;
  private sealed: SealedChannel | undefined;
  private iceServers: readonly RTCIceServer[] = [];
  private rejoin: RejoinState | undefined;
  private meeting: Rendezvous | undefined;
  private lostAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private suspended = false;
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
      const { slot, token, expiresAt, iceServers } = await this.client.open();
      this.iceServers = iceServers;
      this.roomToken = token;
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
    const password = passwordOf(code);
    this.passwords = [password];
    this.pairing = new Pairing({ role: 'receiver', password, random });
    this.greeted = true;
    this.after(GUEST_LIMIT, () => this.pairingFailed('peer-left'));
    try {
      const { iceServers } = await this.client.join(code.slot, this.pairing.pollTransmit());
      this.iceServers = iceServers;
    } catch (error) {
      this.fail(codeOf(error), error);
    }
  }

  /** Looks for the other side of an earlier session, whose state was kept through a reload. */
  resume(state: RejoinState): void {
    this.rejoin = state;
    this.comeBack();
  }

  /** The page goes away, perhaps to come back: nothing is begun that it could not finish. */
  suspend(): void {
    this.suspended = true;
    this.transport?.close();
  }

  /** The page is back from where it was frozen. */
  wake(): void {
    this.suspended = false;
    if (this.connection === 'connected') this.onLost();
    else if (this.connection === 'reconnecting') this.comeBack();
  }

  /** The other side said goodbye. */
  peerLeft(): void {
    forgetRejoin(this.options.role);
    this.rejoin = undefined;
    clearTimeout(this.timer);
    this.drop();
    this.problem = { code: 'peer-left' };
    this.set('closed');
  }

  leave(): void {
    this.ended = true;
    forgetRejoin(this.options.role);
    clearTimeout(this.timer);
    this.drop();
    this.client.close();
    this.set('closed');
  }

  // ---- pairing

  /** Begins anew each time the server says that somebody is there: that may be another connection of the other side. */
  private startPairing(): void {
    const { role } = this.options;
    const again = this.connection === 'reconnecting';
    if (this.ended || (!again && this.connection !== 'waiting' && this.connection !== 'connecting')) return;
    if (this.greeted && this.pairing !== undefined) {
      this.greeted = false;
      this.after(GUEST_LIMIT, () => this.pairingFailed('connection-lost'));
      return;
    }
    const passwords = again ? (this.meeting ? [this.meeting.password] : []) : this.passwords;
    const [password] = passwords;
    // Words that were used once already: the server would like another guess at them.
    if (password === undefined) return;
    this.drop();
    if (!again) this.set('connecting');
    this.pairing =
      role === 'sender' ? new Pairing({ role, passwords, random }) : new Pairing({ role, password, random });
    const limit = again || role === 'sender' ? PAIRING_LIMIT : GUEST_LIMIT;
    this.after(limit, () => this.pairingFailed('connection-lost'));
    this.drainPairing();
  }

  private onMessage(bytes: Uint8Array): void {
    if (this.sealed !== undefined) this.onSealed(bytes);
    else if (this.pairing !== undefined) {
      // What is answered now tells whether the other side's words are right; they are asked once.
      this.passwords = [];
      this.roomToken = undefined;
      this.after(PAIRING_LIMIT, () => this.pairingFailed('connection-lost'));
      this.pairing.handleMessage(bytes);
      this.drainPairing();
      // The other side answers in a round trip; until then a connection can be made ready.
      if (this.pairing !== undefined && this.sealed === undefined) this.prepare();
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
    this.dropPrepared();
    if (this.connection === 'reconnecting') {
      this.after(REJOIN_STEP, () => void this.meet());
      return;
    }
    // Nobody gets a second guess at these words.
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

  /** Makes the first connection, none of whose words leave before the other side is confirmed. */
  private prepare(): void {
    if (this.prepared !== undefined) return;
    const { role, relayOnly, events, createTransport: create = createTransport } = this.options;
    if (create === createTransport && !webRtcAvailable()) return;
    let made: HeldTransport | undefined;
    // One that was replaced may still have something to say.
    const current = (): boolean => made !== undefined && this.transport === made.transport;
    made = holdTransport(create, {
      initiator: role === 'sender',
      iceServers: this.iceServers,
      relayOnly,
      signal: (message) => current() && this.sendSealed(message),
      ...(events.handOver === undefined ? {} : { handOver: events.handOver }),
      events: {
        connected: () => current() && this.onConnected(),
        closed: () => {
          if (current()) this.onLost();
          else if (this.prepared === made) this.prepared = undefined;
        },
        laneOpen: (lane) => current() && events.laneOpen(lane),
        laneClosed: (lane) => current() && events.laneClosed(lane),
        packet: (lane, bytes) => current() && events.packet(lane, bytes),
        backlog: (lane, bytes) => current() && events.backlog(lane, bytes),
      },
    });
    this.prepared = made;
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.room = undefined;
    this.closeTransport();
    this.prepare();
    const { prepared } = this;
    if (prepared === undefined) {
      this.fail('webrtc-missing');
      return;
    }
    this.prepared = undefined;
    this.transport = prepared.transport;
    prepared.release();
    this.after(CONNECT_LIMIT, () => this.onLost());
  }

  private dropPrepared(): void {
    const { prepared } = this;
    this.prepared = undefined;
    prepared?.transport.close();
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
    if (was === 'connected') this.options.events.disconnected();
    if (was === 'reconnecting') void this.meet();
    else this.comeBack();
  }

  private comeBack(): void {
    this.lostAt = Date.now();
    this.set('reconnecting');
    void this.meet();
  }

  /** Goes to the meeting place, in turns where there are two, and stays until the server says that both are there. */
  private async meet(): Promise<void> {
    clearTimeout(this.timer);
    if (this.ended || this.suspended || this.rejoin === undefined || this.connection !== 'reconnecting')
      return;
    this.drop();
    const left = this.lostAt + REJOIN_LIMIT - Date.now();
    if (left <= 0) {
      this.fail('connection-lost');
      return;
    }
    this.after(left, () => void this.meet());
    // `onOnline` comes here again.
    if (!this.serverOnline) return;
    const places = rendezvousOf(this.rejoin);
    const place = places[(places.findIndex(({ id }) => id === this.meeting?.id) + 1) % places.length];
    if (place === undefined) return;
    this.meeting = place;
    // Asking again gives up the place held, under the feet of who is just coming: only where there is another place.
    if (places.length > 1) this.after(REJOIN_STEP, () => void this.meet());
    try {
      const { iceServers } = await this.client.rejoin(place.id, this.options.role);
      this.iceServers = iceServers;
    } catch {
      // Unless something has begun meanwhile that has a limit of its own.
      if (this.pairing === undefined && this.transport === undefined && this.connection === 'reconnecting') {
        this.after(REJOIN_STEP, () => void this.meet());
      }
    }
  }

  private onOnline(online: boolean): void {
    this.serverOnline = online;
    if (!online) this.onUnpaired('server-away');
    else if (this.connection === 'reconnecting' && this.transport === undefined) void this.meet();
    else if (this.connection === 'waiting' && this.roomToken !== undefined) void this.reopen(this.roomToken);
    this.options.events.changed();
  }

  private onPeerLeft(): void {
    this.onUnpaired('peer-left');
  }

  /** Nothing reaches the other side through the server any more. */
  private onUnpaired(code: ProblemCode): void {
    // Said nothing yet: the room can still be taken back.
    const kept = code === 'server-away' && this.roomToken !== undefined;
    if (this.connection === 'connecting' && kept) {
      this.drop();
      this.set('waiting');
    }
    if (this.connection === 'waiting' && this.room !== undefined) {
      // A server that restarts has forgotten the room; one that merely lost us has not.
      this.after(ROOM_AWAY_LIMIT, () => this.fail(code));
    } else if (this.connection === 'connecting') {
      if (this.transport === undefined) this.pairingFailed(code);
      else this.after(UNPAIRED_LIMIT, () => this.onUnpairedFor());
    } else if (this.connection === 'reconnecting') {
      if (this.transport !== undefined) this.after(UNPAIRED_LIMIT, () => void this.meet());
      else if (this.pairing !== undefined) void this.meet();
    }
  }

  /** Both sides have the key and no connection yet: they meet again with it. */
  private onUnpairedFor(): void {
    this.closeTransport();
    this.comeBack();
  }

  private async reopen(token: string): Promise<void> {
    try {
      const { expiresAt, iceServers } = await this.client.reopen(token);
      this.iceServers = iceServers;
      // Somebody may have come in the same turn.
      if (this.room === undefined || this.connection !== 'waiting') return;
      clearTimeout(this.timer);
      this.room = { ...this.room, expiresAt };
      this.options.events.changed();
    } catch (error) {
      if (this.roomToken === token && this.connection === 'waiting') {
        const code = codeOf(error);
        const expired = this.room !== undefined && Date.now() >= this.room.expiresAt;
        this.fail(code !== 'code-unknown' ? code : expired ? 'code-expired' : 'code-forgotten', error);
      }
    }
  }

  private onExpired(reason: 'time' | 'replaced'): void {
    if (this.connection === 'reconnecting') {
      if (reason === 'time') void this.meet();
      else this.fail('connection-lost');
    } else if (this.connection === 'waiting') this.fail('code-expired');
    // The guest of a sender who did not come back.
    else if (this.connection === 'connecting') this.pairingFailed('code-unknown');
  }

  private closeTransport(): void {
    const { transport } = this;
    this.transport = undefined;
    this.path = undefined;
    transport?.close();
  }

  /** Whatever was begun with the other side through the server. */
  private drop(): void {
    this.closeTransport();
    this.dropPrepared();
    this.pairing = undefined;
    this.greeted = false;
    this.sealed = undefined;
  }

  private reset(): void {
    clearTimeout(this.timer);
    this.drop();
    this.passwords = [];
    this.roomToken = undefined;
    this.keys = undefined;
    this.rejoin = undefined;
    this.meeting = undefined;
    this.room = undefined;
    this.problem = undefined;
    this.fingerprint = undefined;
  }

  private fail(code: ProblemCode, error?: unknown): void {
    clearTimeout(this.timer);
    this.drop();
    this.room = undefined;
    this.passwords = [];
    this.roomToken = undefined;
    // Who still comes should not wait for us.
    void this.client.leave().catch(() => {});
    this.problem = error instanceof Error ? { code, detail: error.message } : { code };
    this.set('failed');
    this.options.events.lost();
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
