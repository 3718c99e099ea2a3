/**
 * Connection machines, the server's own rooms core and a network between them, on one virtual clock: no
 * ports, no WebRTC. Messages take `LATENCY` each way and arrive in order; transports connect a round trip
 * after both sides use one.
 */
import type { Effect, RoomsEvent } from '../../../signaling/rooms/events.ts';
import { MemoryDoors } from '../../../signaling/rooms/doors.ts';
import { MemoryStore } from '../../../signaling/rooms/memory-store.ts';
import { Rooms } from '../../../signaling/rooms/rooms.ts';
import { seededRandom, type Random } from '../../simulation/random.ts';
import type { ConnectionState, ProblemCode, Role } from '../model.ts';
import type { Bond } from '../pairing/bond.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import type { Answer, Ask, ConnectionEffect, ConnectionEvent } from './connection-events.ts';
import { ConnectionMachine } from './connection-machine.ts';
import type { KeptRoom } from './invitation.ts';

/** One way, between a page and the server, and between two pages. */
const LATENCY = 25;

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Meeting {
  /** Unix milliseconds. */
  now = Date.UTC(2026, 10, 27);
  readonly random: Random;
  readonly sides: Side[] = [];
  readonly #due: Due[] = [];
  #order = 0;
  #rooms = new Rooms(new MemoryStore());
  #doors = new MemoryDoors();
  readonly #sockets = new Map<string, Side>();
  readonly #transports = new Map<number, FakeTransport>();
  #counter = 0;
  serverUp = true;
  /** When the server notices that a socket is gone, ms: late, where its node died with it. */
  goneAfter = LATENCY;
  /** Refuses everyone, with this. */
  refusal: ProblemCode | undefined;
  iceServers: readonly RTCIceServer[] = [];

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  side(role: Role, canLink = true, relayOnly = false, several = false): Side {
    const side = new Side(this, role, canLink, relayOnly, several);
    this.sides.push(side);
    side.goOnline();
    return side;
  }

  next(): number {
    return (this.#counter += 1);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.random() * 256));
  }

  later(delay: number, run: () => void): void {
    this.#due.push({ at: this.now + delay, order: (this.#order += 1), run });
  }

  /** Runs everything that is due within `duration` ms, timeouts of the machines included. */
  run(duration: number): void {
    const end = this.now + duration;
    for (let steps = 0; steps < 100_000; steps++) {
      const first = this.#due.reduce<Due | undefined>(
        (least, one) =>
          least === undefined || one.at < least.at || (one.at === least.at && one.order < least.order)
            ? one
            : least,
        undefined,
      );
      const timeout = Math.min(...this.sides.map((side) => side.machine.nextTimeout()));
      const at = Math.min(first?.at ?? Infinity, timeout);
      if (at > end) {
        this.now = end;
        return;
      }
      this.now = Math.max(this.now, at);
      if (first !== undefined && first.at <= at) {
        this.#due.splice(this.#due.indexOf(first), 1);
        first.run();
      } else for (const side of this.sides) side.timeout();
    }
    throw new Error('the machines never rest');
  }

  /** Runs until `condition`, at most `within` ms; returns whether it holds. */
  until(condition: () => boolean, within = 120_000): boolean {
    const end = this.now + within;
    while (!condition() && this.now < end) this.run(5);
    return condition();
  }

  // ---- the server

  connect(side: Side): void {
    if (!this.serverUp) return;
    const socket = `socket-${this.next()}`;
    this.#sockets.set(socket, side);
    this.later(LATENCY, () => {
      if (!this.#sockets.has(socket)) return;
      side.socket = socket;
      side.handle({ type: 'online', online: true });
    });
  }

  /** The socket is gone; the page notices at once, the server a moment later. */
  disconnect(side: Side): void {
    this.lose(side);
    side.moving = 0;
    if (side.socket === undefined) return;
    side.socket = undefined;
    side.handle({ type: 'online', online: false });
  }

  /** The same, and the page does not notice. */
  lose(side: Side): void {
    for (const [socket, owner] of this.#sockets) {
      if (owner !== side) continue;
      this.#sockets.delete(socket);
      this.later(this.goneAfter, () =>
        this.#deliver(this.#rooms.handle({ type: 'gone', socket }, this.now).effects),
      );
    }
  }

  stopServer(): void {
    this.serverUp = false;
    for (const side of new Set(this.#sockets.values())) this.disconnect(side);
    this.#sockets.clear();
    this.#rooms = new Rooms(new MemoryStore());
    this.#doors = new MemoryDoors();
  }

  startServer(): void {
    this.serverUp = true;
    for (const side of this.sides) if (!side.gone) this.connect(side);
  }

  ask(side: Side, request: number, ask: Ask): void {
    const { socket } = side;
    side.moving += 1;
    const refuse = (code: ProblemCode): void =>
      this.later(LATENCY, () => {
        side.moving = Math.max(0, side.moving - 1);
        side.handle({ type: 'refused', request, problem: { code } });
      });
    if (socket === undefined) {
      refuse('server-away');
      return;
    }
    if (this.refusal !== undefined) {
      refuse(this.refusal);
      return;
    }
    const meeting = `meeting-${this.next()}`;
    const event: RoomsEvent =
      ask.type === 'knock'
        ? { type: 'rejoin', socket, id: meeting, party: 'guest' }
        : ask.type === 'open'
          ? { type: 'open', socket, token: `token-${this.next()}`, random: this.random(), minDigits: 1 }
          : ask.type === 'join'
            ? { ...ask, socket, from: socket }
            : { ...ask, socket };
    this.later(LATENCY, () => {
      if (!this.#sockets.has(socket)) {
        refuse('server-away');
        return;
      }
      const door = ask.type === 'knock' ? this.#doors.knock(ask.id, meeting, this.now) : '';
      if (door === undefined) {
        refuse('code-unknown');
        return;
      }
      const { reply, effects } = this.#rooms.handle(event, this.now);
      if (door !== '') effects.push({ to: door, type: 'knock', id: meeting });
      if (reply.type === 'refused') refuse('code-unknown');
      else {
        const answer: Answer = {
          iceServers: this.iceServers,
          ...('slot' in reply ? { slot: reply.slot } : {}),
          ...('expiresAt' in reply ? { expiresAt: reply.expiresAt } : {}),
          ...(event.type === 'open' ? { token: event.token } : {}),
        };
        this.#toSocket(socket, { type: 'answered', request, answer });
      }
      this.#deliver(effects);
    });
  }

  openDoor(side: Side, id: string, token: string): void {
    const { socket } = side;
    if (socket === undefined) return;
    this.later(LATENCY, () => {
      const waiting = this.#doors.open(id, token, socket, this.now) ?? [];
      this.#deliver(waiting.map((one) => ({ to: socket, type: 'knock', id: one })));
    });
  }

  closeDoor(side: Side, id: string, token: string): void {
    const { socket } = side;
    if (socket !== undefined) this.later(LATENCY, () => this.#doors.close(id, token, socket, this.now));
  }

  tell(
    side: Side,
    event:
      | { type: 'burn' | 'leave' }
      | { type: 'turn-away' | 'let-wait'; id: string }
      | { type: 'relay'; bytes: Uint8Array },
  ): void {
    const { socket } = side;
    if (socket === undefined) return;
    this.later(LATENCY, () => {
      if (this.#sockets.has(socket))
        this.#deliver(this.#rooms.handle({ ...event, socket }, this.now).effects);
    });
  }

  #deliver(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'failed-join') continue;
      const { to, ...event } = effect;
      this.#toSocket(to, event);
    }
  }

  #toSocket(socket: string, event: ConnectionEvent): void {
    this.later(LATENCY, () => {
      const side = this.#sockets.get(socket);
      if (side?.socket !== socket) return;
      if (event.type === 'answered') side.moving = Math.max(0, side.moving - 1);
      // As the client: it is about the place that was just given up.
      else if (side.moving > 0 && event.type !== 'knock') return;
      side.handle(event);
    });
  }

  /** Room lifetimes run on the server's clock. */
  tick(): void {
    this.#deliver(this.#rooms.handle({ type: 'tick' }, this.now).effects);
  }

  // ---- transports

  transport(owner: Side): FakeTransport {
    const transport = new FakeTransport(this.next(), owner);
    this.#transports.set(transport.id, transport);
    return transport;
  }

  find(id: unknown): FakeTransport | undefined {
    return typeof id === 'number' ? this.#transports.get(id) : undefined;
  }

  /** The path between all pages is gone: every transport fails. */
  cut(): void {
    for (const transport of this.#transports.values()) transport.owner.transportClosed(transport);
  }
}

class FakeTransport {
  readonly id: number;
  readonly owner: Side;
  other: FakeTransport | undefined;
  open = true;

  constructor(id: number, owner: Side) {
    this.id = id;
    this.owner = owner;
  }
}

/** One page. */
export class Side {
  readonly machine: ConnectionMachine;
  /** Each connection state once, in order. */
  readonly states: ConnectionState[] = [];
  readonly effects: ConnectionEffect['type'][] = [];
  readonly asked: Ask[] = [];
  connections = 0;
  met = 0;
  unasked = false;
  socket: string | undefined;
  /** What the tab keeps. */
  kept: RejoinState | undefined;
  room: KeptRoom | undefined;
  /** What the browser keeps of the one device that it remembers. */
  bond: Bond | undefined;
  /** The page crashes when it has carried out this many more effects. */
  effectsLeft = Infinity;
  /** Requests for a place without an answer. */
  moving = 0;
  gone = false;
  /** Signals of new transports go nowhere: there is no path. */
  pathless = false;
  #transport: FakeTransport | undefined;
  #prepared: FakeTransport | undefined;
  readonly #meeting: Meeting;
  readonly #role: Role;

  constructor(meeting: Meeting, role: Role, canLink: boolean, relayOnly: boolean, several: boolean) {
    this.#meeting = meeting;
    this.#role = role;
    this.machine = new ConnectionMachine({
      role,
      page: 'https://tessera.test/receive/',
      random: (length) => meeting.bytes(length),
      canLink,
      relayOnly,
      several,
    });
  }

  get connection(): ConnectionState {
    return this.machine.view().connection;
  }

  get problem(): ProblemCode | undefined {
    return this.machine.view().problem?.code;
  }

  /** The page at the other end of the transport in use. */
  get partner(): Side | undefined {
    return this.#transport?.other?.owner;
  }

  goOnline(): void {
    this.#meeting.connect(this);
  }

  goOffline(): void {
    this.#meeting.disconnect(this);
  }

  /** The page is closed by force, as in a reload or a crash; returns what the tab keeps. */
  vanish(): RejoinState | undefined {
    this.gone = true;
    this.goOffline();
    this.#closeOther(this.#transport);
    this.#transport = undefined;
    this.#meeting.sides.splice(this.#meeting.sides.indexOf(this), 1);
    return this.kept;
  }

  handle(event: ConnectionEvent): void {
    if (!this.gone) this.#carryOut(this.machine.handle(event, this.#meeting.now));
  }

  timeout(): void {
    if (this.machine.nextTimeout() <= this.#meeting.now)
      this.#carryOut(this.machine.handleTimeout(this.#meeting.now));
  }

  transportClosed(transport: FakeTransport): void {
    if (!transport.open) return;
    transport.open = false;
    if (transport === this.#transport) this.handle({ type: 'unlinked' });
    else if (transport === this.#prepared) this.#prepared = undefined;
  }

  #carryOut(effects: readonly ConnectionEffect[]): void {
    if (this.states.at(-1) !== this.connection) this.states.push(this.connection);
    for (const effect of effects) {
      if (this.gone) return;
      this.effectsLeft -= 1;
      if (this.effectsLeft < 0) this.vanish();
      else this.#perform(effect);
    }
  }

  #perform(effect: ConnectionEffect): void {
    this.effects.push(effect.type);
    const meeting = this.#meeting;
    switch (effect.type) {
      case 'ask':
        this.asked.push(effect.ask);
        meeting.ask(this, effect.request, effect.ask);
        return;
      case 'burn':
      case 'leave':
        meeting.tell(this, { type: effect.type });
        return;
      case 'open-door':
        meeting.openDoor(this, effect.id, effect.token);
        return;
      case 'close-door':
        meeting.closeDoor(this, effect.id, effect.token);
        return;
      case 'turn-away':
      case 'let-wait':
        meeting.tell(this, effect);
        return;
      case 'met':
        this.met += 1;
        this.unasked = effect.unasked;
        return;
      case 'close-signaling':
        this.goOffline();
        return;
      case 'renew-signaling':
        this.goOffline();
        meeting.later(300, () => this.goOnline());
        return;
      case 'send':
        meeting.tell(this, { type: 'relay', bytes: effect.bytes });
        return;
      case 'prepare':
        this.#prepared ??= meeting.transport(this);
        return;
      case 'link': {
        const transport = this.#prepared ?? meeting.transport(this);
        this.#prepared = undefined;
        this.#transport = transport;
        if (this.#role === 'sender') meeting.later(1, () => this.#signal(transport, { offer: transport.id }));
        return;
      }
      case 'discard-prepared':
        this.#prepared = undefined;
        return;
      case 'unlink':
        this.#closeOther(this.#transport);
        this.#transport = undefined;
        return;
      case 'hang-up': {
        const transport = this.#transport;
        this.#closeOther(transport);
        meeting.later(1, () => {
          if (transport !== undefined && transport === this.#transport) this.handle({ type: 'unlinked' });
        });
        return;
      }
      case 'signal':
        this.#onSignal(effect.message);
        return;
      case 'keep':
        this.kept = effect.rejoin;
        return;
      case 'forget':
        this.kept = undefined;
        return;
      case 'keep-room':
        this.room = effect.room;
        return;
      case 'forget-room':
        if (this.room?.token === effect.token) this.room = undefined;
        return;
      case 'keep-bond':
        this.bond = effect.bond;
        return;
      case 'forget-bond':
        this.bond = undefined;
        return;
      case 'connected':
        this.connections += 1;
        return;
      default:
    }
  }

  #signal(transport: FakeTransport, message: unknown): void {
    if (transport === this.#transport && !this.pathless) this.handle({ type: 'signal', message });
  }

  #onSignal(message: unknown): void {
    const transport = this.#transport;
    const meeting = this.#meeting;
    const { offer, answer } = message as { offer?: unknown; answer?: unknown };
    const other = meeting.find(offer ?? answer);
    if (transport === undefined || other === undefined || transport.other !== undefined) return;
    transport.other = other;
    if (answer === undefined) {
      this.#signal(transport, { answer: transport.id });
      return;
    }
    other.other = transport;
    for (const end of [transport, other]) meeting.later(LATENCY, () => end.owner.#linked(end));
  }

  #linked(transport: FakeTransport): void {
    if (transport === this.#transport && transport.open && transport.other?.open === true)
      this.handle({ type: 'linked', certificates: ['aa', 'bb'] });
  }

  #closeOther(transport: FakeTransport | undefined): void {
    if (transport === undefined) return;
    transport.open = false;
    const { other } = transport;
    // Nobody hears of the end of what was never connected.
    if (other?.other === transport) this.#meeting.later(LATENCY, () => other.owner.transportClosed(other));
  }
}
