/**
 * Who may talk to whom. No sockets, no clock, no randomness of its own: events and time in, a reply and
 * effects out.
 *
 *   open ──▶ room ──join──▶ pair ──leave/burn/gone──▶ nothing
 *            │ ▲ └─ 10 min ─▶ expired
 *       gone ▼ │ reopen
 *            room without its sender ──join──▶ guest waits ──reopen──▶ pair
 *   rejoin ─▶ waiting ──the other role, same id──▶ pair ──5 min──▶ nothing
 *
 * A room is one sender and one receiver. The first join ends the room and makes a *pair*; bytes cross only
 * inside pairs. A phone suspends the page while its owner hands the code on: a sender whose connection is
 * gone may take its room back with the token it got when it opened, and who joined meanwhile waits. Several
 * receivers later: a room that makes a pair per join until its seats are used.
 */
import {
  MAX_PAIR_BYTES,
  MAX_RENDEZVOUS,
  MAX_ROOMS,
  MESSAGES_BEFORE_TRUST,
  PAIR_LIFETIME_MS,
  REJOIN_WAIT_MS,
  ROOM_LIFETIME_MS,
} from '../wire/limits.ts';
import type { ExpiredReason, SignalingErrorCode } from '../wire/messages.ts';
import { Slots } from './slots.ts';

export type SocketId = string;
export type Role = 'sender' | 'receiver';

/** What sockets and people do. `random` is in [0, 1); tokens and ids are made by the caller. */
export type RoomsEvent =
  | { type: 'open'; socket: SocketId; token: string; random: number; minDigits: number }
  /** The sender of a room, on another connection. */
  | { type: 'reopen'; socket: SocketId; token: string }
  /**
   * `from` is whom a failure counts against. `hello` is the first message to the sender: it is handed over as
   * soon as both are there.
   */
  | { type: 'join'; socket: SocketId; slot: string; from: string; hello?: Uint8Array | undefined }
  | { type: 'rejoin'; socket: SocketId; id: string; role: Role }
  | { type: 'relay'; socket: SocketId; bytes: Uint8Array }
  /** The sender's code was guessed at or given up: whatever it led to ends. */
  | { type: 'burn'; socket: SocketId }
  | { type: 'leave'; socket: SocketId }
  /** The connection is gone. */
  | { type: 'gone'; socket: SocketId }
  | { type: 'tick' };

export type Effect =
  | { to: SocketId; type: 'paired' }
  | { to: SocketId; type: 'message'; bytes: Uint8Array }
  | { to: SocketId; type: 'peer-left' }
  | { to: SocketId; type: 'expired'; reason: ExpiredReason }
  /**
   * A room was used up by somebody who did not have its words, or did not try them. For the limits, nobody is
   * told.
   */
  | { type: 'failed-join'; from: string };

export type Reply =
  | { type: 'opened'; slot: string; expiresAt: number }
  | { type: 'reopened'; expiresAt: number }
  | { type: 'joined' }
  | { type: 'rejoined'; waiting: boolean }
  | { type: 'done' }
  | { type: 'refused'; code: SignalingErrorCode };

/** Hand out the reply first, then the effects in order. */
export interface Outcome {
  reply: Reply;
  effects: Effect[];
}

interface Room {
  slot: string;
  /** 128 random bits that only the sender knows. */
  token: string;
  /** Unset while the sender is away. */
  sender: SocketId | undefined;
  /** Who joined while the sender was away. */
  guest: SocketId | undefined;
  /** What the guest wants to say first; handed over once. */
  hello: Uint8Array | undefined;
  /** The guest's origin; set with the join. */
  from: string | undefined;
  expiresAt: number;
}

/** The two sockets of a dropped session that found each other, or the first of them, waiting. */
interface Rendezvous {
  id: string;
  sockets: Partial<Record<Role, SocketId>>;
  expiresAt: number;
}

interface Pair {
  sender: SocketId;
  receiver: SocketId;
  bytes: number;
  expiresAt: number;
  /** Set when the pair was made by `rejoin`. */
  rendezvous?: string;
  /**
   * Set when it was made by a code: the guest's origin, until the sender has said more than it says to a
   * wrong guess.
   */
  unproven?: { from: string; messages: number };
  /** Until the sender has said anything: it may have been suspended already, and take the room back. */
  room?: Room;
}

/** Where a socket is. One place at a time; asking for another gives up the first. */
type Place =
  | { kind: 'room'; room: Room }
  | { kind: 'guest'; room: Room }
  | { kind: 'waiting'; rendezvous: Rendezvous; role: Role }
  | { kind: 'pair'; pair: Pair };

const refused = (code: SignalingErrorCode): Reply => ({ type: 'refused', code });

/** The server's state, without sockets or a clock: events in, effects out. */
export class Rooms {
  /** Rooms that may be joined. Slots are found here and nowhere listed. */
  #rooms = new Map<string, Room>();
  /** Rooms by token, with those that have been joined; in order of expiry, since all live equally long. */
  #tokens = new Map<string, Room>();
  /**
   * Waiting or paired. A waiting one is put at the end when it is renewed, so waiting ones are in order of
   * expiry.
   */
  #rendezvous = new Map<string, Rendezvous>();
  /** In order of expiry, since all live equally long. */
  #pairs = new Set<Pair>();
  #places = new Map<SocketId, Place>();
  #slots = new Slots();

  handle(event: RoomsEvent, now: number): Outcome {
    const effects: Effect[] = [];
    this.#expire(now, effects);
    return { reply: this.#reply(event, now, effects), effects };
  }

  /** Has a place: another socket waits for it or is paired with it. */
  has(socket: SocketId): boolean {
    return this.#places.has(socket);
  }

  /** Rooms that wait for a receiver, pairs, and sides of dropped sessions that wait. */
  counts(): { rooms: number; pairs: number; waiting: number } {
    const paired = Array.from(this.#pairs).filter((pair) => pair.rendezvous !== undefined).length;
    return {
      rooms: this.#rooms.size,
      pairs: this.#pairs.size,
      waiting: this.#rendezvous.size - paired,
    };
  }

  #reply(event: RoomsEvent, now: number, effects: Effect[]): Reply {
    switch (event.type) {
      case 'open':
        return this.#open(event, now, effects);
      case 'reopen':
        return this.#reopen(event, now, effects);
      case 'join':
        return this.#join(event, now, effects);
      case 'rejoin':
        return this.#rejoin(event, now, effects);
      case 'relay':
        return this.#relay(event, effects);
      // One receiver to a room: whoever ends a pair ends it for both. With several, `burn` would end it for
      // all.
      case 'burn':
      case 'leave':
        this.#leave(event.socket, now, effects);
        return { type: 'done' };
      case 'gone':
        if (!this.#away(event.socket)) this.#leave(event.socket, now, effects);
        return { type: 'done' };
      case 'tick':
        return { type: 'done' };
    }
  }

  #open(event: RoomsEvent & { type: 'open' }, now: number, effects: Effect[]): Reply {
    this.#leave(event.socket, now, effects);
    const slot =
      this.#tokens.size < MAX_ROOMS ? this.#slots.take(event.random, event.minDigits, now) : undefined;
    if (slot === undefined) return refused('busy');
    const { socket, token } = event;
    const room: Room = {
      slot,
      token,
      sender: socket,
      guest: undefined,
      hello: undefined,
      from: undefined,
      expiresAt: now + ROOM_LIFETIME_MS,
    };
    this.#rooms.set(slot, room);
    this.#tokens.set(token, room);
    this.#places.set(event.socket, { kind: 'room', room });
    return { type: 'opened', slot, expiresAt: room.expiresAt };
  }

  #reopen(event: RoomsEvent & { type: 'reopen' }, now: number, effects: Effect[]): Reply {
    const { socket, token } = event;
    const room = this.#tokens.get(token);
    // The old connection may be dead without our knowing it yet.
    const old = room?.sender;
    if (old !== undefined) this.#away(old);
    this.#leave(socket, now, effects);
    // Leaving may have closed it: the asker was its own guest.
    if (!room || !this.#tokens.has(token)) return refused('code-unknown');
    room.sender = socket;
    this.#places.set(socket, { kind: 'room', room });
    if (room.guest !== undefined) this.#meetGuest(room, socket, room.guest, now, effects);
    return { type: 'reopened', expiresAt: room.expiresAt };
  }

  #join(event: RoomsEvent & { type: 'join' }, now: number, effects: Effect[]): Reply {
    this.#leave(event.socket, now, effects);
    const room = this.#rooms.get(event.slot);
    if (!room) return refused('code-unknown');
    this.#consume(room, now);
    room.hello = event.hello;
    room.from = event.from;
    if (room.sender !== undefined) this.#meetGuest(room, room.sender, event.socket, now, effects);
    else {
      // Looks the same from outside: only the sender reveals whether anyone is there.
      room.guest = event.socket;
      this.#places.set(event.socket, { kind: 'guest', room });
    }
    return { type: 'joined' };
  }

  #meetGuest(room: Room, sender: SocketId, guest: SocketId, now: number, effects: Effect[]): void {
    const { hello, from = '' } = room;
    room.guest = undefined;
    room.hello = undefined;
    const bytes = hello?.length ?? 0;
    const expiresAt = now + PAIR_LIFETIME_MS;
    this.#pair({ sender, receiver: guest, bytes, expiresAt, room, unproven: { from, messages: 0 } }, effects);
    if (hello !== undefined) effects.push({ to: sender, type: 'message', bytes: hello });
  }

  #rejoin(event: RoomsEvent & { type: 'rejoin' }, now: number, effects: Effect[]): Reply {
    const { socket, id, role } = event;
    this.#leave(socket, now, effects);
    const known = this.#rendezvous.get(id);
    const other = known?.sockets[role === 'sender' ? 'receiver' : 'sender'];
    const old = known?.sockets[role];
    const oldPlace = old === undefined ? undefined : this.#places.get(old);
    if (oldPlace?.kind === 'pair') this.#pairs.delete(oldPlace.pair);
    if (old !== undefined) {
      // The same person again (a reload that was faster than the close of the old connection).
      this.#places.delete(old);
      effects.push({ to: old, type: 'expired', reason: 'replaced' });
      // The other side is notified below that it is paired, which begins anew.
    }
    if (!known && this.#rendezvous.size >= MAX_RENDEZVOUS) return refused('busy');
    const rendezvous: Rendezvous = {
      id,
      sockets: { ...known?.sockets, [role]: socket },
      expiresAt: now + REJOIN_WAIT_MS,
    };
    this.#rendezvous.delete(id);
    this.#rendezvous.set(id, rendezvous);
    if (other === undefined) {
      this.#places.set(socket, { kind: 'waiting', rendezvous, role });
      return { type: 'rejoined', waiting: true };
    }
    const [sender, receiver] = role === 'sender' ? [socket, other] : [other, socket];
    this.#pair({ sender, receiver, bytes: 0, expiresAt: now + PAIR_LIFETIME_MS, rendezvous: id }, effects);
    return { type: 'rejoined', waiting: false };
  }

  #relay(event: RoomsEvent & { type: 'relay' }, effects: Effect[]): Reply {
    const place = this.#places.get(event.socket);
    if (place?.kind !== 'pair') return refused('not-paired');
    const { pair } = place;
    pair.bytes += event.bytes.length;
    if (pair.bytes > MAX_PAIR_BYTES) return refused('too-many-attempts');
    const fromSender = pair.sender === event.socket;
    if (fromSender && pair.unproven && (pair.unproven.messages += 1) > MESSAGES_BEFORE_TRUST)
      delete pair.unproven;
    if (fromSender && pair.room) {
      this.#tokens.delete(pair.room.token);
      delete pair.room;
    }
    effects.push({ to: fromSender ? pair.receiver : pair.sender, type: 'message', bytes: event.bytes });
    return { type: 'done' };
  }

  #pair(pair: Pair, effects: Effect[]): void {
    this.#pairs.add(pair);
    for (const socket of [pair.sender, pair.receiver]) {
      this.#places.set(socket, { kind: 'pair', pair });
      effects.push({ to: socket, type: 'paired' });
    }
  }

  /**
   * The connection of a room's sender is gone, but not for good. `false`: it was no room's, or the room is
   * over.
   */
  #away(socket: SocketId): boolean {
    const place = this.#places.get(socket);
    const room =
      place?.kind === 'room'
        ? place.room
        : place?.kind === 'pair' && place.pair.sender === socket
          ? place.pair.room
          : undefined;
    if (!room || !this.#tokens.has(room.token)) return false;
    this.#places.delete(socket);
    room.sender = undefined;
    if (place?.kind === 'pair') {
      this.#pairs.delete(place.pair);
      room.guest = place.pair.receiver;
      this.#places.set(room.guest, { kind: 'guest', room });
    }
    return true;
  }

  #leave(socket: SocketId, now: number, effects: Effect[]): void {
    const place = this.#places.get(socket);
    if (!place) return;
    this.#places.delete(socket);
    switch (place.kind) {
      case 'room':
        this.#close(place.room, now);
        return;
      case 'guest':
        this.#close(place.room, now);
        effects.push({ type: 'failed-join', from: place.room.from ?? '' });
        return;
      case 'waiting':
        this.#rendezvous.delete(place.rendezvous.id);
        return;
      case 'pair': {
        const { pair } = place;
        const other = pair.sender === socket ? pair.receiver : pair.sender;
        this.#end(pair, effects);
        effects.push({ to: other, type: 'peer-left' });
      }
    }
  }

  #end(pair: Pair, effects: Effect[]): void {
    this.#pairs.delete(pair);
    this.#places.delete(pair.sender);
    this.#places.delete(pair.receiver);
    if (pair.rendezvous !== undefined) this.#rendezvous.delete(pair.rendezvous);
    if (pair.room !== undefined) this.#tokens.delete(pair.room.token);
    if (pair.unproven !== undefined) effects.push({ type: 'failed-join', from: pair.unproven.from });
  }

  #close(room: Room, now: number): void {
    this.#tokens.delete(room.token);
    this.#consume(room, now);
  }

  /** It cannot be joined any more. */
  #consume(room: Room, now: number): void {
    if (this.#rooms.get(room.slot) !== room) return;
    this.#rooms.delete(room.slot);
    this.#slots.release(room.slot, now);
  }

  #expire(now: number, effects: Effect[]): void {
    for (const pair of this.#pairs) {
      if (pair.expiresAt > now) break;
      this.#end(pair, effects);
      for (const to of [pair.sender, pair.receiver]) effects.push({ to, type: 'expired', reason: 'time' });
    }
    for (const room of this.#tokens.values()) {
      if (room.expiresAt > now) break;
      this.#close(room, now);
      for (const socket of [room.sender, room.guest]) {
        // Those who are paired already stay so.
        if (socket === undefined || this.#places.get(socket)?.kind === 'pair') continue;
        this.#places.delete(socket);
        effects.push({ to: socket, type: 'expired', reason: 'time' });
      }
    }
    for (const rendezvous of this.#rendezvous.values()) {
      if (rendezvous.expiresAt > now) break;
      const { sender, receiver } = rendezvous.sockets;
      if (sender !== undefined && receiver !== undefined) {
        // A pair lives as long as its sockets; look at it again when another wait has passed.
        rendezvous.expiresAt = now + REJOIN_WAIT_MS;
        this.#rendezvous.delete(rendezvous.id);
        this.#rendezvous.set(rendezvous.id, rendezvous);
        continue;
      }
      this.#rendezvous.delete(rendezvous.id);
      const waiting = sender ?? receiver;
      if (waiting === undefined) continue;
      this.#places.delete(waiting);
      effects.push({ to: waiting, type: 'expired', reason: 'time' });
    }
  }
}
