/**
 * Who may talk to whom. No sockets, no clock, no randomness of its own: events and time in, a reply and
 * effects out.
 *
 *   open ──▶ room ──join──▶ pair ──leave/burn/gone──▶ nothing
 *            │ ▲ └─ 10 min ─▶ expired
 *       gone ▼ │ reopen
 *            room without its host ──join──▶ guest waits ──reopen──▶ pair
 *   rejoin ─▶ waiting ──the other party, same id──▶ pair ──5 min──▶ nothing
 *
 * All of a room, of what became of it, or of a rendezvous is one `Meeting`. An event touches two at most: the
 * one its socket is in, and the one it asks for. So the same rules run in one process's memory and, shared by
 * several, in Redis: a `RoomStore` finds the two, lets the rules change them, and writes both or neither.
 *
 * A room is one host and one guest. The first join ends the room and makes a *pair*; bytes cross only
 * inside pairs. A phone suspends the page while its owner hands the code on: a host whose connection is
 * gone may take its room back with the token it got when it opened, and who joined meanwhile waits. Several
 * guests later: a room that makes a pair per join until its seats are used.
 */
import {
  MAX_PAIR_BYTES,
  MESSAGES_BEFORE_TRUST,
  PAIR_LIFETIME_MS,
  REJOIN_WAIT_MS,
  ROOM_LIFETIME_MS,
} from '../wire/limits.ts';
import type { SignalingErrorCode } from '../wire/messages.ts';
import type { Effect, Outcome, PlacedEvent, Reply, RoomsEvent } from './events.ts';
import { dueAt, type Meeting, type Pair, type Room, type SocketId } from './meeting.ts';
import type { Counts, Found, RoomStore } from './store.ts';

const refused = (code: SignalingErrorCode): Reply => ({ type: 'refused', code });

/**
 * The rules, without sockets, a clock or a place of their own: events in, effects out. `Answer` is a promise
 * where the store is another process.
 */
export class Rooms<Answer extends Outcome | Promise<Outcome>> {
  readonly #store: RoomStore<Answer>;

  constructor(store: RoomStore<Answer>) {
    this.#store = store;
  }

  /** What is over by `now` is nobody's place any more; those who held it learn it from the next `tick`. */
  handle(event: RoomsEvent, now: number): Answer {
    if (event.type === 'tick') return this.#store.sweep(now, (meeting) => expired(meeting, now));
    return this.#store.transact(event, now, (found) => decide(event, found, now));
  }

  /** Has a place: another socket waits for it or is paired with it. */
  has(socket: SocketId): boolean | Promise<boolean> {
    return this.#store.has(socket);
  }

  /** See `Counts`; of all nodes together. */
  counts(): Counts | Promise<Counts> {
    return this.#store.counts();
  }
}

function expired(meeting: Meeting, now: number): Outcome {
  const effects: Effect[] = [];
  expire(meeting, now, effects);
  return { reply: { type: 'done' }, effects };
}

function decide(event: PlacedEvent, found: Found, now: number): Outcome {
  const effects: Effect[] = [];
  for (const meeting of new Set([found.own, found.target])) if (meeting) expire(meeting, now, effects);
  return { reply: reply(event, found, now, effects), effects };
}

function reply(event: PlacedEvent, found: Found, now: number, effects: Effect[]): Reply {
  const { own } = found;
  switch (event.type) {
    case 'open':
      return open(event, found, now, effects);
    case 'reopen':
      return reopen(event, found, now, effects);
    case 'join':
      return join(event, found, now, effects);
    case 'rejoin':
      return rejoin(event, found, now, effects);
    case 'turn-away':
      return turnAway(found.target, effects);
    case 'let-wait': {
      const waiting = whoWaits(found.target);
      if (waiting === undefined) return refused('code-unknown');
      effects.push({ to: waiting, type: 'wait' });
      return { type: 'done' };
    }
    case 'relay':
      return relay(event, own, effects);
    // One guest to a room: whoever ends a pair ends it for both. With several, `burn` would end it for
    // all.
    case 'burn':
    case 'leave':
      leave(event.socket, own, effects);
      return { type: 'done' };
    case 'gone':
      if (!away(event.socket, own)) leave(event.socket, own, effects);
      return { type: 'done' };
  }
}

function open(
  { socket }: RoomsEvent & { type: 'open' },
  { own, target, slot }: Found,
  now: number,
  effects: Effect[],
): Reply {
  leave(socket, own, effects);
  if (slot === undefined || target === undefined) return refused('busy');
  const expiresAt = now + ROOM_LIFETIME_MS;
  target.host = socket;
  target.room = { slot, joinable: true, expiresAt };
  return { type: 'opened', slot, expiresAt };
}

function reopen(
  { socket }: RoomsEvent & { type: 'reopen' },
  { own, target }: Found,
  now: number,
  effects: Effect[],
): Reply {
  // The old connection may be dead without our knowing it yet.
  if (target?.host !== undefined) away(target.host, target);
  leave(socket, own, effects);
  // Leaving may have closed it: the asker was its own guest.
  if (target?.room === undefined) return refused('code-unknown');
  target.host = socket;
  if (target.guest !== undefined) meetGuest(target, target.room, now, effects);
  return { type: 'reopened', expiresAt: target.room.expiresAt };
}

function join(
  event: RoomsEvent & { type: 'join' },
  { own, target }: Found,
  now: number,
  effects: Effect[],
): Reply {
  const joined = own?.room;
  if (joined && own.guest === event.socket && joined.slot === event.slot) {
    // The guest did not hear our answer. Until the host has answered it, nothing was tried with its words.
    joined.hello = event.hello;
    own.pair = undefined;
    if (own.host !== undefined) meetGuest(own, joined, now, effects);
    return { type: 'joined' };
  }
  leave(event.socket, own, effects);
  if (target?.room?.joinable !== true) return refused('code-unknown');
  const { room } = target;
  room.joinable = false;
  room.hello = event.hello;
  room.from = event.from;
  target.guest = event.socket;
  // Looks the same from outside without a host: only the host reveals whether anyone is there.
  if (target.host !== undefined) meetGuest(target, room, now, effects);
  return { type: 'joined' };
}

function meetGuest(meeting: Meeting, room: Room, now: number, effects: Effect[]): void {
  const { hello, from = '' } = room;
  room.hello = undefined;
  pairUp(meeting, { bytes: hello?.length ?? 0, unproven: { from, messages: 0 } }, now, effects);
  if (hello !== undefined && meeting.host !== undefined)
    effects.push({ to: meeting.host, type: 'message', bytes: hello });
}

function rejoin(
  { socket, party }: RoomsEvent & { type: 'rejoin' },
  { own, target }: Found,
  now: number,
  effects: Effect[],
): Reply {
  leave(socket, own, effects);
  if (target === undefined) return refused('busy');
  const old = target[party];
  // The same person again (a reload that was faster than the close of the old connection). The other side is
  // notified below that it is paired, which begins anew.
  if (old !== undefined) effects.push({ to: old, type: 'expired', reason: 'replaced' });
  target.pair = undefined;
  target.waitsUntil = undefined;
  target[party] = socket;
  const waiting = target.host === undefined || target.guest === undefined;
  if (waiting) target.waitsUntil = now + REJOIN_WAIT_MS;
  else pairUp(target, { bytes: 0 }, now, effects);
  return { type: 'rejoined', waiting };
}

/** Who is alone at a rendezvous, until the other side comes: a guest with a link, or a remembered device. */
const whoWaits = (meeting: Meeting | undefined): SocketId | undefined =>
  meeting?.waitsUntil === undefined ? undefined : (meeting.guest ?? meeting.host);

function turnAway(meeting: Meeting | undefined, effects: Effect[]): Reply {
  const waiting = whoWaits(meeting);
  if (meeting === undefined || waiting === undefined) return refused('code-unknown');
  end(meeting, effects);
  effects.push({ to: waiting, type: 'expired', reason: 'occupied' });
  return { type: 'done' };
}

function relay(
  { socket, bytes }: RoomsEvent & { type: 'relay' },
  meeting: Meeting | undefined,
  effects: Effect[],
): Reply {
  if (!meeting?.pair) return refused('not-paired');
  const { pair } = meeting;
  pair.bytes += bytes.length;
  if (pair.bytes > MAX_PAIR_BYTES) return refused('too-many-attempts');
  const fromHost = meeting.host === socket;
  if (fromHost) {
    if (pair.unproven && (pair.unproven.messages += 1) > MESSAGES_BEFORE_TRUST) pair.unproven = undefined;
    meeting.room = undefined;
  }
  const to = fromHost ? meeting.guest : meeting.host;
  if (to !== undefined) effects.push({ to, type: 'message', bytes });
  return { type: 'done' };
}

function pairUp(meeting: Meeting, pair: Omit<Pair, 'expiresAt'>, now: number, effects: Effect[]): void {
  meeting.pair = { ...pair, expiresAt: now + PAIR_LIFETIME_MS };
  for (const to of [meeting.host, meeting.guest]) if (to !== undefined) effects.push({ to, type: 'paired' });
}

/**
 * The connection of a room's host is gone, but not for good. `false`: it was no room's, or the room is
 * over.
 */
function away(socket: SocketId, meeting: Meeting | undefined): boolean {
  if (!meeting?.room || meeting.host !== socket) return false;
  meeting.host = undefined;
  meeting.pair = undefined;
  return true;
}

function leave(socket: SocketId, meeting: Meeting | undefined, effects: Effect[]): void {
  // Another connection may have taken its place.
  if (!meeting || (meeting.host !== socket && meeting.guest !== socket)) return;
  const { room, host, guest, pair } = meeting;
  end(meeting, effects);
  if (pair) {
    const other = host === socket ? guest : host;
    if (other !== undefined) effects.push({ to: other, type: 'peer-left' });
  } else if (room && guest === socket) effects.push({ type: 'failed-join', from: room.from ?? '' });
}

function end(meeting: Meeting, effects: Effect[]): void {
  const unproven = meeting.pair?.unproven;
  meeting.host = undefined;
  meeting.guest = undefined;
  meeting.room = undefined;
  meeting.pair = undefined;
  meeting.waitsUntil = undefined;
  if (unproven !== undefined) effects.push({ type: 'failed-join', from: unproven.from });
}

function expire(meeting: Meeting, now: number, effects: Effect[]): void {
  const { host, guest, room, pair, waitsUntil } = meeting;
  if (dueAt(meeting) > now) return;
  // Those who are paired stay so when their room's time is over.
  if (pair && pair.expiresAt > now && room) {
    meeting.room = undefined;
    return;
  }
  if (pair || room || waitsUntil !== undefined) end(meeting, effects);
  for (const to of [host, guest]) if (to !== undefined) effects.push({ to, type: 'expired', reason: 'time' });
}
