/**
 * Meetings in Redis, shared by several nodes. Each event reads two meetings in one step, has the rules change
 * them here, and writes both in another step that does nothing when either was written meanwhile; then it
 * begins again. So of two nodes that let somebody into one room, one is too late.
 */
import { MAX_SHARED_MEETINGS, MAX_SLOT_DIGITS, ROOM_LIFETIME_MS, SLOT_REST_MS } from '../wire/limits.ts';
import type { Outcome, PlacedEvent } from '../rooms/events.ts';
import {
  dueAt,
  endsAt,
  isOver,
  rendezvousKey,
  roomKey,
  slotOf,
  socketsOf,
  type Meeting,
  type SocketId,
} from '../rooms/meeting.ts';
import type { Counts, Found, RoomStore } from '../rooms/store.ts';
import type { RedisLink } from './redis-link.ts';
import { CLAIM_SLOT, COMMIT, COUNT, DUE, HAS_PLACE, READ } from './scripts.ts';

/** Kept this much longer than it lives, so that a node finds it and says that it is over. */
const GRACE_MS = 60_000;
/** Of sets, longer than anything in them. */
export const INDEX_TTL_MS = 2 * (ROOM_LIFETIME_MS + SLOT_REST_MS);
/** Two sides of one pair write at a time, rarely more. */
const MAX_TRIES = 50;
const MAX_DUE = 200;

const WAITS: readonly PlacedEvent['type'][] = ['relay', 'gone', 'leave', 'burn'];

/** A meeting that an event may change, and what it was before. */
interface Loan {
  key: string;
  before: string;
  meeting: Meeting;
  sockets: readonly SocketId[];
  slot: string | undefined;
}

const BUSY: Outcome = { reply: { type: 'refused', code: 'busy' }, effects: [] };
const NOTHING: Outcome = { reply: { type: 'done' }, effects: [] };

export class RedisStore implements RoomStore<Promise<Outcome>> {
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  /**
   * Without Redis a request for a place is refused at once. What ends a place, and what a pair says, waits:
   * the sockets stay, and so does their order.
   */
  async transact(event: PlacedEvent, now: number, decide: (found: Found) => Outcome): Promise<Outcome> {
    if (WAITS.includes(event.type)) {
      for (;;) {
        await this.#link.back();
        try {
          return await this.#transact(event, now, decide, () => false);
        } catch (error) {
          // Done twice an end changes nothing more, and of what is said only the sum of bytes: it is handed
          // on by this node alone, once it knows that it was written.
          if (this.#link.available) throw error;
        }
      }
    }
    if (!this.#link.available) return BUSY;
    let given = false;
    const away = this.#link.away();
    const refused = away.promise.then(() => {
      given = true;
      return BUSY;
    });
    try {
      return await Promise.race([this.#transact(event, now, decide, () => given), refused]);
    } catch (error) {
      if (this.#link.available) throw error;
      return BUSY;
    } finally {
      away.cancel();
    }
  }

  async sweep(now: number, decide: (meeting: Meeting) => Outcome): Promise<Outcome> {
    if (!this.#link.available) return NOTHING;
    const effects: Outcome['effects'] = [];
    const keys = (await this.#link.run(DUE, this.#prefix, now, MAX_DUE)) as string[];
    for (const key of keys) {
      const [, , , before] = await this.#read('', '', key);
      const loan = lend(key, before);
      const outcome = decide(loan.meeting);
      // Otherwise another node has seen to it.
      if (await this.#commit([loan], now)) effects.push(...outcome.effects);
    }
    return { reply: { type: 'done' }, effects };
  }

  async has(socket: SocketId): Promise<boolean> {
    // Not knowing is no reason to send anyone away.
    if (!this.#link.available) return true;
    return (await this.#link.run(HAS_PLACE, this.#prefix, socket)) === 1;
  }

  async counts(): Promise<Counts> {
    const counted = this.#link.available ? this.#link.run(COUNT, this.#prefix) : Promise.resolve([]);
    const [rooms = 0, pairs = 0, waiting = 0] = (await counted.catch(() => [])) as number[];
    return { rooms, pairs, waiting };
  }

  /** @param given the event was refused meanwhile: nothing more is written for it */
  async #transact(
    event: PlacedEvent,
    now: number,
    decide: (found: Found) => Outcome,
    given: () => boolean,
  ): Promise<Outcome> {
    const makes = event.type === 'open' || event.type === 'rejoin';
    const claimed = event.type === 'open' ? this.#claim(event, now) : undefined;
    for (let tries = 0; tries < MAX_TRIES && !given(); tries++) {
      const slotAsked = event.type === 'join' ? event.slot : '';
      const [[ownKey, own, targetKey, found, many], slot] = await Promise.all([
        this.#read(event.socket, slotAsked, targetOf(event)),
        claimed,
      ]);
      const mine = ownKey === '' ? undefined : lend(ownKey, own);
      const there = found !== '' || (makes && many < MAX_SHARED_MEETINGS);
      const target = targetKey === ownKey ? mine : there ? lend(targetKey, found) : undefined;
      const outcome = decide({ own: mine?.meeting, target: target?.meeting, slot });
      const loans = [mine, target === mine ? undefined : target].filter((loan) => loan !== undefined);
      if (given()) break;
      if (await this.#commit(loans, now)) return outcome;
    }
    return BUSY;
  }

  async #claim(event: PlacedEvent & { type: 'open' }, now: number): Promise<string | undefined> {
    const restsUntil = now + ROOM_LIFETIME_MS + SLOT_REST_MS;
    const { random, minDigits } = event;
    const slot = await this.#link.run(
      CLAIM_SLOT,
      this.#prefix,
      random,
      minDigits,
      MAX_SLOT_DIGITS,
      now,
      restsUntil,
      INDEX_TTL_MS,
    );
    return slot === '' ? undefined : String(slot);
  }

  async #read(
    socket: SocketId,
    slot: string,
    key: string,
  ): Promise<[string, string, string, string, number]> {
    return (await this.#link.run(READ, this.#prefix, socket, slot, key)) as [
      string,
      string,
      string,
      string,
      number,
    ];
  }

  /** `false`: one of them is not what it was, and nothing was written. */
  async #commit(loans: readonly Loan[], now: number): Promise<boolean> {
    if (loans.length === 0) return true;
    const changes = loans.map((loan) => changeOf(loan, now));
    return (await this.#link.run(COMMIT, this.#prefix, JSON.stringify(changes), INDEX_TTL_MS)) === 1;
  }
}

function targetOf(event: PlacedEvent): string {
  if (event.type === 'open' || event.type === 'reopen') return roomKey(event.token);
  const meets = event.type === 'rejoin' || event.type === 'turn-away' || event.type === 'let-wait';
  return meets ? rendezvousKey(event.id) : '';
}

function lend(key: string, before: string): Loan {
  const meeting = before === '' ? {} : decode(before);
  return { key, before, meeting, sockets: socketsOf(meeting), slot: slotOf(meeting) };
}

/** See `COMMIT`. */
function changeOf({ key, before, meeting, sockets, slot }: Loan, now: number) {
  const over = isOver(meeting);
  const here = socketsOf(meeting);
  const joinable = slotOf(meeting);
  return {
    key,
    before,
    after: over ? '' : encode(meeting),
    ttl: over ? 0 : Math.max(0, endsAt(meeting) - now) + GRACE_MS,
    phase: over ? '' : meeting.pair ? 'pairs' : meeting.room ? 'rooms' : 'waits',
    due: over ? 0 : dueAt(meeting),
    left: sockets.filter((socket) => !here.includes(socket)),
    sockets: here,
    ...(slot !== undefined && slot !== joinable ? { closed: slot, rests: now + SLOT_REST_MS } : {}),
    ...(joinable !== undefined && joinable !== slot ? { slot: joinable } : {}),
  };
}

function encode(meeting: Meeting): string {
  const hello = meeting.room?.hello;
  const room =
    hello === undefined ? meeting.room : { ...meeting.room, hello: Buffer.from(hello).toString('base64') };
  return JSON.stringify({ ...meeting, room });
}

function decode(text: string): Meeting {
  const meeting = JSON.parse(text) as Meeting & { room?: { hello?: unknown } };
  const hello = meeting.room?.hello as unknown;
  if (meeting.room && typeof hello === 'string')
    meeting.room.hello = new Uint8Array(Buffer.from(hello, 'base64'));
  return meeting;
}
