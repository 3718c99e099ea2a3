/**
 * The shell of `ConnectionMachine`: the signaling client, the transport, the page's storage and a timer.
 * Decides nothing; it carries out effects and reports what became of them.
 */
import type { LaneId } from '../../protocol/endpoint.ts';
import type { Transport, TransportOptions } from '../../transport/contract.ts';
import { webRtcAvailable } from '../../transport/available.ts';
import { createTransport } from '../../transport/transport.ts';
import type { DeviceCall, ProblemCode, Role } from '../model.ts';
import type { RoomLink } from '../pairing/link.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import type {
  Answer,
  Ask,
  ConnectionEffect,
  ConnectionEvent,
  ConnectionView,
  Remembered,
} from './connection-events.ts';
import { ConnectionMachine } from './connection-machine.ts';
import { holdTransport, type HeldTransport } from './held-transport.ts';
import type { KeptRoom } from './invitation.ts';
import { forgetRejoin, forgetRoom, keepRejoin, keepRoom } from './rejoin-memory.ts';
import { createSignalingClient, SignalingError, type SignalingClient } from './signaling-client.ts';

export interface ConnectorEvents {
  /** See `TransportOptions`. */
  handOver?: TransportOptions['handOver'];
  /** What the connector shows may be different now. */
  changed(): void;
  /**
   * A person who was not met before is on the other side; `connected` follows. `unasked`: it is a remembered
   * device that has rung, and no one has pressed anything here.
   */
  met(unasked: boolean): void;
  /** Written where it survives a crash, before this returns. */
  keepBond?(remembered: Remembered): void;
  /** Two hold what a remembered device holds. */
  forgetBond?(device: string): void;
  connected(): void;
  disconnected(): void;
  /** Given up: the transfers with the other side do not go on. */
  lost(): void;
  laneOpen(lane: LaneId): void;
  laneClosed(lane: LaneId): void;
  packet(lane: LaneId, bytes: Uint8Array): void;
  backlog(lane: LaneId, byteLength: number): void;
}

/** What a connector is made with. */
export interface ConnectorOptions {
  role: Role;
  /** Origin of the signaling server; empty: the page's own. */
  server: string;
  /** Address of the page that a link opens; default: that of the other role at the server. */
  page?: string;
  relayOnly: boolean;
  /** See `ConnectionMachineOptions`. */
  several?: boolean;
  /** Under which name the way back is kept through a reload; default: the role. */
  memory?: string;
  events: ConnectorEvents;
  /** Default: WebRTC. */
  createTransport?: (options: TransportOptions) => Transport;
  /** Whether it finds the way back after a reload; default: yes. */
  kept?: boolean;
  /** Unix milliseconds; default: `Date.now`. */
  now?: () => number;
}

/**
 * Whoever is at the door hears that they wait, and is looked for this often (ms). A device that has rung is
 * still on its way there: it is looked for so often, a second apart, before it counts as gone.
 */
const VISITOR_MS = 5000;
const VISITOR_AGAIN_MS = 1000;
const VISITOR_MISSES = 10;

const delay = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration));

/** Of this page, whatever session it is in. */
const spentCodes = new Set<string>();

/**
 * One side of a connection: what it is now, and what the person may ask of it. Made anew for each session.
 */
export class Connector {
  /** The one in use: linking or connected. */
  transport: Transport | undefined;
  /** Gathers addresses while a pairing is under way; its signals are held back. */
  #prepared: HeldTransport | undefined;
  readonly #options: ConnectorOptions;
  readonly #machine: ConnectionMachine;
  readonly #client: SignalingClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /**
   * Meetings at which it is said that someone waits, or is not let in: so often more they may not be there
   * yet. One who rings again and again is on the way once more, and costs no more requests.
   */
  readonly #lettingWait = new Map<string, number>();
  readonly #turningAway = new Map<string, number>();
  /** Effects may cause events: these wait until the effects before them are carried out. */
  readonly #waiting: (ConnectionEvent | { type: 'timeout' })[] = [];
  #busy = false;

  constructor(options: ConnectorOptions) {
    const { role, server, createTransport: create } = options;
    this.#options = options;
    const origin = server === '' ? (globalThis.location?.origin ?? 'http://localhost') : server;
    this.#machine = new ConnectionMachine({
      role,
      page: options.page ?? new URL(role === 'sender' ? '/receive/' : '/send/', origin).href,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      canLink: create !== undefined || webRtcAvailable(),
      relayOnly: options.relayOnly,
      several: options.several ?? false,
      spentCodes,
    });
    this.#client = createSignalingClient({
      server,
      onOnline: (online) => this.#handle({ type: 'online', online }),
      onPaired: () => this.#handle({ type: 'paired' }),
      onMessage: (bytes) => this.#handle({ type: 'message', bytes }),
      onKnock: (id) => this.#handle({ type: 'knock', id }),
      onWait: () => this.#handle({ type: 'wait' }),
      onPeerLeft: () => this.#handle({ type: 'peer-left' }),
      onExpired: (reason) => this.#handle({ type: 'expired', reason }),
      canReturn: () => this.#machine.canReturn,
      ...(options.now === undefined ? {} : { now: options.now }),
    });
  }

  /** Made anew each time: whoever needs more than one of it asks once. */
  get view(): ConnectionView {
    return this.#machine.view();
  }

  /** The visitor is met by another connector (`receive`, `call`); `undefined`: they wait no longer. */
  letIn(visitor: string): RoomLink | DeviceCall | undefined {
    const link = this.#machine.letIn(visitor);
    this.#options.events.changed();
    return link;
  }

  /** Meets who has knocked at another connector's door. */
  receive(id: string, link: RoomLink): void {
    this.#handle({ type: 'receive', id, link });
  }

  /** The visitor is not let in. */
  refuse(visitor: string): void {
    this.#handle({ type: 'refuse', id: visitor });
  }

  /** This other connector shows a code for one more guest. `false`: this page has opened no room. */
  inviteBy(by: Connector): boolean {
    const { link } = this.#machine;
    if (link === undefined) return false;
    by.#handle({ type: 'invite', link });
    return true;
  }

  /** Others are in the room: whoever knocks is a visitor. */
  askFirst(on: boolean): void {
    this.#handle({ type: 'ask-first', on });
  }

  /** One is sent away, by this connector or another: each knock is a visitor's from now on. */
  sentAway(): void {
    this.#handle({ type: 'sent-away' });
  }

  /** The other side was sent away; the room stays open. */
  dismiss(): void {
    this.#handle({ type: 'dismiss' });
  }

  /** Searches once more for the other side of a session that was given up. */
  continue(): void {
    this.#handle({ type: 'continue' });
  }

  /** Opens a room, or another one with a new code. */
  open(): void {
    this.#handle({ type: 'open' });
  }

  /** `text`: a typed code or a link's fragment. */
  join(text: string): void {
    this.#handle({ type: 'join', text });
  }

  /** Where a companion begins with this nonce; `undefined`: no one is connected. */
  companion(nonce: Uint8Array): ReturnType<ConnectionMachine['companion']> {
    return this.#machine.companion(nonce);
  }

  /** The session beside this companion is over. */
  part(): void {
    this.#handle({ type: 'part' });
  }

  /** Looks for the other side of an earlier session, whose state was kept, or of a companion. */
  resume(rejoin: RejoinState, known?: Remembered): void {
    this.#handle({ type: 'resume', rejoin, known });
  }

  /** Opens the room of before a reload again. */
  reopen(room: KeptRoom): void {
    this.#handle({ type: 'reopen', room });
  }

  /** Meets a remembered device: this side has rung it, or it has rung here. */
  call(remembered: Remembered, { generation, window, rung }: DeviceCall): void {
    this.#handle({ type: 'call', ...remembered, place: { generation, window }, rung });
  }

  /** The device connected now is remembered from now on; `undefined`: no longer. */
  remembered(remembered: Remembered | undefined): void {
    this.#handle({ type: 'remembered', remembered });
  }

  /** The page goes away, perhaps to return; `forGood`: at most loaded anew. */
  suspend(forGood: boolean): void {
    this.#handle({ type: 'suspend', forGood });
  }

  /** The page is back from where it was frozen. */
  wake(): void {
    this.#handle({ type: 'wake' });
  }

  /** The other side said goodbye. */
  peerLeft(): void {
    this.#handle({ type: 'goodbye' });
  }

  /** The other side exceeded what a session may hold: it ends here, and is not searched for. */
  flooded(): void {
    this.#handle({ type: 'flooded' });
  }

  /** Nothing arrives that should, or this page's network is another one; `false`: something has arrived. */
  silent(silent: boolean): void {
    this.#handle({ type: 'silent', silent });
  }

  /** The room's code and link work no longer; who is connected stays so. */
  closeRoom(): void {
    this.#handle({ type: 'close-room' });
  }

  leave(): void {
    this.#handle({ type: 'leave' });
  }

  /** This page cannot hold a connection at all: says why, and the other side need not wait for it. */
  giveUp(code: ProblemCode): void {
    this.#handle({ type: 'give-up', problem: { code } });
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #handle(event: ConnectionEvent | { type: 'timeout' }): void {
    this.#waiting.push(event);
    if (!this.#busy) this.#work();
  }

  #work(): void {
    this.#busy = true;
    try {
      for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
        const now = this.#now();
        const effects =
          event.type === 'timeout' ? this.#machine.handleTimeout(now) : this.#machine.handle(event, now);
        for (const effect of effects) this.#perform(effect);
        this.#options.events.changed();
      }
    } finally {
      this.#busy = false;
    }
    clearTimeout(this.#timer);
    const at = this.#machine.nextTimeout();
    if (at !== Infinity)
      this.#timer = setTimeout(() => this.#handle({ type: 'timeout' }), Math.max(0, at - this.#now()));
  }

  #perform(effect: ConnectionEffect): void {
    const { events, role, memory = role, kept = true } = this.#options;
    switch (effect.type) {
      case 'ask':
        void this.#ask(effect.request, effect.ask);
        return;
      case 'open-door':
        // Said again when the way to the server is back, and every few minutes.
        void this.#client.openDoor(effect.id, effect.token).catch(() => {});
        return;
      case 'close-door':
        void this.#client.closeDoor(effect.id, effect.token).catch(() => {});
        return;
      case 'turn-away':
        void this.#turnAway(effect.id);
        return;
      case 'let-wait':
        void this.#letWait(effect.id);
        return;
      case 'met':
        events.met(effect.unasked);
        return;
      case 'burn':
        void this.#client.burn().catch(() => {});
        return;
      case 'leave':
        void this.#client.leave().catch(() => {});
        return;
      case 'renew-signaling':
        this.#client.renew();
        return;
      case 'close-signaling':
        this.#client.close();
        return;
      case 'send':
        this.#client.send(effect.bytes);
        return;
      case 'prepare':
        this.#prepared ??= this.#makeTransport(effect.iceServers);
        return;
      case 'link': {
        const made = this.#prepared ?? this.#makeTransport(effect.iceServers);
        this.#prepared = undefined;
        this.transport = made.transport;
        made.release();
        return;
      }
      case 'discard-prepared': {
        const prepared = this.#prepared;
        this.#prepared = undefined;
        prepared?.transport.close();
        return;
      }
      case 'unlink': {
        const { transport } = this;
        this.transport = undefined;
        transport?.close();
        return;
      }
      case 'hang-up':
        this.transport?.close();
        return;
      case 'signal':
        this.transport?.handleSignal(effect.message);
        return;
      case 'keep':
        if (kept) keepRejoin(memory, effect.rejoin, this.view.device);
        return;
      case 'forget':
        if (kept) forgetRejoin(memory);
        return;
      case 'keep-room':
        keepRoom(memory, effect.room);
        return;
      case 'forget-room':
        forgetRoom(memory, effect.token);
        return;
      case 'keep-bond':
        events.keepBond?.({ device: effect.device, bond: effect.bond });
        return;
      case 'forget-bond':
        events.forgetBond?.(effect.device);
        return;
      case 'connected':
        events.connected();
        this.#learnPath();
        return;
      case 'disconnected':
        events.disconnected();
        return;
      case 'lost':
        events.lost();
        return;
    }
  }

  /** Until they are let in or not: that they wait, and whether they still do. */
  async #letWait(id: string): Promise<void> {
    const misses = this.#lettingWait;
    const begun = misses.has(id);
    misses.set(id, VISITOR_MISSES);
    if (begun) return;
    const left = (): number => misses.get(id) ?? 0;
    while (left() > 0 && this.view.visitors.includes(id)) {
      const here = await isThere(this.#client.letWait(id));
      misses.set(id, here ? 1 : left() - 1);
      if (left() > 0) await delay(here ? VISITOR_MS : VISITOR_AGAIN_MS);
    }
    const gone = left() === 0;
    misses.delete(id);
    if (gone) this.#handle({ type: 'visitor-left', id });
  }

  async #turnAway(id: string): Promise<void> {
    const misses = this.#turningAway;
    const begun = misses.has(id);
    misses.set(id, VISITOR_MISSES);
    if (begun) return;
    for (let left: number = VISITOR_MISSES; left > 0; left = misses.get(id) ?? 0) {
      misses.set(id, left - 1);
      const heard = this.view.visitors.includes(id) || (await isThere(this.#client.turnAway(id)));
      // Unless it has rung again meanwhile.
      if (heard && misses.get(id) === left - 1) misses.set(id, 0);
      await delay(VISITOR_AGAIN_MS);
    }
    misses.delete(id);
  }

  async #ask(request: number, ask: Ask): Promise<void> {
    try {
      this.#handle({ type: 'answered', request, answer: await this.#answerTo(ask) });
    } catch (error) {
      const code = error instanceof SignalingError ? error.code : 'server-away';
      const problem = error instanceof Error ? { code, detail: error.message } : { code };
      this.#handle({ type: 'refused', request, problem });
    }
  }

  #answerTo(ask: Ask): Promise<Answer> {
    switch (ask.type) {
      case 'open':
        return this.#client.open();
      case 'reopen':
        return this.#client.reopen(ask.token);
      case 'join':
        return this.#client.join(ask.slot, ask.hello);
      case 'knock':
        return this.#client.knock(ask.id);
      case 'rejoin':
        return this.#client.rejoin(ask.id, ask.party);
    }
  }

  /** Its events count only while it is the one in use: a replaced one may still have something to say. */
  #makeTransport(iceServers: readonly RTCIceServer[]): HeldTransport {
    const { role, relayOnly, events, createTransport: create = createTransport } = this.#options;
    const made: HeldTransport = holdTransport(create, {
      initiator: role === 'sender',
      iceServers,
      relayOnly,
      signal: (message) => current() && this.#handle({ type: 'signal', message }),
      ...(events.handOver === undefined ? {} : { handOver: events.handOver }),
      events: {
        connected: () =>
          current() && this.#handle({ type: 'linked', certificates: made.transport.fingerprints() }),
        closed: (reason) => {
          if (current()) this.#handle({ type: reason === 'flooded' ? 'flooded' : 'unlinked' });
          else if (this.#prepared === made) this.#prepared = undefined;
        },
        silent: (silent) => current() && this.silent(silent),
        laneOpen: (lane) => current() && events.laneOpen(lane),
        laneClosed: (lane) => current() && events.laneClosed(lane),
        packet: (lane, bytes) => current() && events.packet(lane, bytes),
        backlog: (lane, byteLength) => current() && events.backlog(lane, byteLength),
      },
    });
    const current = (): boolean => this.transport !== undefined && this.transport === made.transport;
    return made;
  }

  #learnPath(): void {
    const { transport } = this;
    void transport?.path().then((path) => {
      if (this.transport === transport) this.#handle({ type: 'path', path });
    });
  }
}

/** What was said of whoever waits was heard, as far as this side knows. */
const isThere = (said: Promise<void>): Promise<boolean> =>
  said.then(
    () => true,
    (error: unknown) => !(error instanceof SignalingError && error.code === 'code-unknown'),
  );
