/** What rooms do, wherever they are kept: run against memory and against a real Redis. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  MAX_PAIR_BYTES,
  PAIR_LIFETIME_MS,
  REJOIN_WAIT_MS,
  ROOM_LIFETIME_MS,
  SLOT_REST_MS,
} from '../wire/limits.ts';
import type { Outcome, RoomsEvent } from './events.ts';
import type { Party } from './meeting.ts';
import type { Rooms } from './rooms.ts';

const unknown = { type: 'refused', code: 'code-unknown' };

export type AnyRooms = Pick<Rooms<Outcome> | Rooms<Promise<Outcome>>, 'handle' | 'has' | 'counts'>;

/** The token of a room is its host's name. */
async function opened(rooms: AnyRooms, socket: string, now = 0): Promise<string> {
  const { reply } = await rooms.handle(
    { type: 'open', socket, token: socket, random: 0.5, minDigits: 1 },
    now,
  );
  if (reply.type !== 'opened') throw new Error('expected a room');
  return reply.slot;
}

/**
 * The rules once more, as plainly as they can be said: a list of rooms, a list of waiting sockets, a list of
 * pairs. Everything is looked up by walking; nothing is shared with the real one but the vocabulary.
 */
class Model {
  /** With those that were joined by a guest whom the host has not answered yet. */
  rooms: {
    slot: string;
    token: string;
    joinable: boolean;
    host?: string | undefined;
    guest?: string | undefined;
    from?: string;
    until: number;
  }[] = [];
  waiting: { id: string; party: Party; socket: string; until: number }[] = [];
  pairs: {
    sockets: [string, string];
    id?: string;
    token?: string;
    parties: Partial<Record<Party, string>>;
    /** Of the guest, while the host has said twice at most. */
    from?: string | undefined;
    said: number;
    until: number;
  }[] = [];

  drop(socket: string): string[] {
    const ended = this.pairs.filter((pair) => pair.sockets.includes(socket));
    const out: string[] = [];
    for (const pair of ended) {
      const other = pair.sockets.find((one) => one !== socket);
      out.push(...this.blame(pair), `${other} peer-left`);
    }
    for (const { guest, from } of this.rooms) if (guest === socket) out.push(`${from} failed`);
    // Guests know their room, hosts theirs; a pair knows its room.
    const tokens = new Set(this.pairs.flatMap((p) => (p.sockets.includes(socket) ? [p.token] : [])));
    this.rooms = this.rooms.filter(
      (room) => room.host !== socket && room.guest !== socket && !tokens.has(room.token),
    );
    this.waiting = this.waiting.filter((one) => one.socket !== socket);
    this.pairs = this.pairs.filter((pair) => !pair.sockets.includes(socket));
    return out;
  }

  blame({ from, said }: Model['pairs'][number]): string[] {
    return from === undefined || said > 2 ? [] : [`${from} failed`];
  }

  paired(socket: string): boolean {
    return this.pairs.some((pair) => pair.sockets.includes(socket));
  }

  away(socket: string): boolean {
    const room = this.rooms.find((one) => one.host === socket);
    if (!room) return false;
    const pair = this.pairs.find((one) => one.token === room.token);
    room.host = undefined;
    if (pair) room.guest = pair.sockets[1];
    this.pairs = this.pairs.filter((one) => one !== pair);
    return true;
  }

  meet(token: string, host: string, guest: string, now: number): string[] {
    const { from } = this.rooms.find((room) => room.token === token) ?? {};
    this.pairs.push({
      sockets: [host, guest],
      token,
      parties: {},
      from,
      said: 0,
      until: now + PAIR_LIFETIME_MS,
    });
    return [`${host} paired`, `${guest} paired`];
  }

  /** Effects as text, in the order of the real one except for expiry. */
  handle(event: RoomsEvent, now: number, slot: string | undefined): string[] {
    const out: string[] = [];
    for (const pair of this.pairs.filter((one) => one.until <= now)) {
      out.push(...this.blame(pair));
      const { sockets, parties } = pair;
      const [first, second] = [parties.host ?? sockets[0], parties.guest ?? sockets[1]];
      out.push(`${first} expired time`, `${second} expired time`);
      this.rooms = this.rooms.filter((room) => room.token !== pair.token);
    }
    this.pairs = this.pairs.filter((one) => one.until > now);
    for (const { host, guest, until } of this.rooms) {
      for (const socket of [host, guest]) {
        if (until <= now && socket !== undefined && !this.paired(socket)) out.push(`${socket} expired time`);
      }
    }
    for (const one of this.waiting) if (one.until <= now) out.push(`${one.socket} expired time`);
    this.rooms = this.rooms.filter((room) => room.until > now);
    this.waiting = this.waiting.filter((one) => one.until > now);
    if (event.type === 'tick') return out;
    if (event.type === 'relay') {
      const pair = this.pairs.find((one) => one.sockets.includes(event.socket));
      const to = pair?.sockets.find((one) => one !== event.socket);
      if (pair?.token !== undefined && event.socket === pair.sockets[0]) {
        pair.said += 1;
        this.rooms = this.rooms.filter((room) => room.token !== pair.token);
      }
      return to === undefined ? out : [...out, `${to} message`];
    }
    if (event.type === 'gone' && this.away(event.socket)) return out;
    if (event.type === 'reopen') {
      const old = this.rooms.find((one) => one.token === event.token)?.host;
      if (old !== undefined) this.away(old);
    }
    if (event.type === 'join') {
      const pair = this.pairs.find((one) => one.token !== undefined && one.sockets[1] === event.socket);
      const room = this.rooms.find(
        (one) => one.slot === event.slot && (one.guest === event.socket || one.token === pair?.token),
      );
      if (room && !room.joinable) {
        this.pairs = this.pairs.filter((one) => one !== pair);
        return room.host === undefined
          ? out
          : [...out, ...this.meet(room.token, room.host, event.socket, now)];
      }
    }
    out.push(...this.drop(event.socket));
    if (event.type === 'open' && slot !== undefined) {
      const { socket: host, token } = event;
      this.rooms.push({ slot, token, joinable: true, host, until: now + ROOM_LIFETIME_MS });
    }
    if (event.type === 'reopen') {
      const room = this.rooms.find((one) => one.token === event.token);
      if (!room) return out;
      room.host = event.socket;
      if (room.guest !== undefined) out.push(...this.meet(room.token, room.host, room.guest, now));
      room.guest = undefined;
    }
    if (event.type === 'join') {
      const room = this.rooms.find((one) => one.slot === event.slot && one.joinable);
      if (!room) return out;
      room.joinable = false;
      room.from = event.from;
      if (room.host === undefined) room.guest = event.socket;
      else out.push(...this.meet(room.token, room.host, event.socket, now));
    }
    if (event.type === 'rejoin') {
      const { id, party, socket } = event;
      const same = this.waiting.find((one) => one.id === id && one.party === party);
      if (same) {
        this.waiting = this.waiting.filter((one) => one !== same);
        out.push(`${same.socket} expired replaced`);
      }
      const paired = this.pairs.find((one) => one.id === id);
      let other = this.waiting.find((one) => one.id === id && one.party !== party)?.socket;
      if (paired) {
        other = paired.parties[party === 'host' ? 'guest' : 'host'];
        out.push(`${paired.parties[party]} expired replaced`);
        this.pairs = this.pairs.filter((one) => one !== paired);
      }
      if (other === undefined) {
        this.waiting.push({ id, party, socket, until: now + REJOIN_WAIT_MS });
        return out;
      }
      this.waiting = this.waiting.filter((one) => one.socket !== other);
      const parties = { [party]: socket, [party === 'host' ? 'guest' : 'host']: other };
      this.pairs.push({ sockets: [socket, other], id, parties, said: 0, until: now + PAIR_LIFETIME_MS });
      out.push(`${parties.host} paired`, `${parties.guest} paired`);
    }
    return out;
  }
}

/**
 * @param makeRooms empty ones
 * @param histories how many random histories are run
 */
export function roomsContract(makeRooms: () => AnyRooms, histories: number): void {
  describe('a code', () => {
    test('joins one guest to its host, who are both told', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      expect(await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 1)).toEqual({
        reply: { type: 'joined' },
        effects: [
          { to: 's', type: 'paired' },
          { to: 'r', type: 'paired' },
        ],
      });
    });

    test('[P-75] hands the first word of its guest to the host, once, right behind the news', async () => {
      const rooms = makeRooms();
      const hello = Uint8Array.of(1, 2);
      const paired = [
        { to: 's', type: 'paired' },
        { to: 'r', type: 'paired' },
      ];
      const heard = [...paired, { to: 's', type: 'message', bytes: hello }];
      expect(
        (
          await rooms.handle(
            { type: 'join', socket: 'r', from: 'from r', slot: await opened(rooms, 's'), hello },
            1,
          )
        ).effects,
      ).toEqual(heard);
      // The host's connection was dead: its next one hears what the guest says to it, and not what it said
      // to that one.
      await rooms.handle({ type: 'gone', socket: 's' }, 2);
      const back = await rooms.handle({ type: 'reopen', socket: 's', token: 's' }, 3);
      expect(back.effects).toEqual(paired);

      const late = makeRooms();
      const slot = await opened(late, 's');
      await late.handle({ type: 'gone', socket: 's' }, 1);
      expect(
        (await late.handle({ type: 'join', socket: 'r', from: 'from r', slot, hello }, 2)).effects,
      ).toEqual([]);
      expect((await late.handle({ type: 'reopen', socket: 's', token: 's' }, 3)).effects).toEqual(heard);
    });

    test('[P-74] may be asked for again by the guest it has let in, until its host has said a word', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      const join = (socket: string, hello: Uint8Array) =>
        rooms.handle({ type: 'join', socket, from: 'from r', slot, hello }, 1);
      await join('r', Uint8Array.of(1));
      expect((await join('x', Uint8Array.of(2))).reply).toEqual(unknown);
      expect(await join('r', Uint8Array.of(3))).toEqual({
        reply: { type: 'joined' },
        effects: [
          { to: 's', type: 'paired' },
          { to: 'r', type: 'paired' },
          { to: 's', type: 'message', bytes: Uint8Array.of(3) },
        ],
      });
      await rooms.handle({ type: 'relay', socket: 's', bytes: Uint8Array.of(4) }, 2);
      expect(await join('r', Uint8Array.of(5))).toEqual({
        reply: unknown,
        effects: [
          { type: 'failed-join', from: 'from r' },
          { to: 's', type: 'peer-left' },
        ],
      });
    });

    test('[P-74] looks the same from outside when it is missing, used, burned or expired', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 1);
      expect(await rooms.handle({ type: 'join', socket: 'x', from: 'from x', slot }, 2)).toEqual({
        reply: unknown,
        effects: [],
      });
      expect(await rooms.handle({ type: 'join', socket: 'x', from: 'from x', slot: '999' }, 2)).toEqual({
        reply: unknown,
        effects: [],
      });
      const burned = await opened(rooms, 's2');
      await rooms.handle({ type: 'burn', socket: 's2' }, 3);
      expect(await rooms.handle({ type: 'join', socket: 'x', from: 'from x', slot: burned }, 3)).toEqual({
        reply: unknown,
        effects: [],
      });
      const late = await opened(rooms, 's3', 3);
      await rooms.handle({ type: 'tick' }, 3 + ROOM_LIFETIME_MS);
      expect(
        await rooms.handle({ type: 'join', socket: 'x', from: 'from x', slot: late }, 3 + ROOM_LIFETIME_MS),
      ).toEqual({
        reply: unknown,
        effects: [],
      });
    });

    test('[P-74] expires at its minute, not a millisecond before, and its host is told', async () => {
      const rooms = makeRooms();
      await opened(rooms, 's');
      expect((await rooms.handle({ type: 'tick' }, ROOM_LIFETIME_MS - 1)).effects).toEqual([]);
      expect((await rooms.handle({ type: 'tick' }, ROOM_LIFETIME_MS)).effects).toEqual([
        { to: 's', type: 'expired', reason: 'time' },
      ]);
      expect(await rooms.has('s')).toBe(false);
    });

    test('has a slot that rests after use, so that a late guest burns nobody else', async () => {
      const rooms = makeRooms();
      const slots = new Set<string>();
      for (let i = 0; i < 50; i++) {
        slots.add(await opened(rooms, 's', i));
        await rooms.handle({ type: 'burn', socket: 's' }, i);
      }
      expect(slots.size).toBe(50);
      expect(await opened(rooms, 's', 50 + SLOT_REST_MS)).toHaveLength(1);
    });

    test('has a slot as short as the number of rooms allows', async () => {
      const rooms = makeRooms();
      const lengths: number[] = [];
      for (let i = 0; i < 600; i++) lengths.push((await opened(rooms, `s${i}`)).length);
      expect(lengths.filter((length) => length === 1)).toHaveLength(5);
      expect(lengths.filter((length) => length === 2)).toHaveLength(45);
      expect(Math.max(...lengths)).toBe(4);
    });
  });

  describe('a host whose connection is gone', () => {
    const paired = (...sockets: string[]) => sockets.map((to) => ({ to, type: 'paired' }));
    const reopen = async (rooms: AnyRooms, socket: string, token: string, now = 0) =>
      rooms.handle({ type: 'reopen', socket, token }, now);

    test('[P-74] takes its room back, with the code that was handed out', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      expect((await rooms.handle({ type: 'gone', socket: 's' }, 1)).effects).toEqual([]);
      expect(await reopen(rooms, 's2', 's', 2)).toEqual({
        reply: { type: 'reopened', expiresAt: ROOM_LIFETIME_MS },
        effects: [],
      });
      expect((await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 3)).effects).toEqual(
        paired('s2', 'r'),
      );
    });

    test('finds who joined meanwhile, whose answer looked like any other', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      await rooms.handle({ type: 'gone', socket: 's' }, 1);
      expect(await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 2)).toEqual({
        reply: { type: 'joined' },
        effects: [],
      });
      expect((await rooms.handle({ type: 'join', socket: 'x', from: 'from x', slot }, 3)).reply).toEqual(
        unknown,
      );
      expect((await reopen(rooms, 's2', 's', 4)).effects).toEqual(paired('s2', 'r'));
    });

    test('finds a guest who was joined to the dead connection, until it has said a word', async () => {
      const rooms = makeRooms();
      await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot: await opened(rooms, 's') }, 1);
      await rooms.handle({ type: 'relay', socket: 'r', bytes: Uint8Array.of(1) }, 1);
      // Before the server knows that the first one is dead, and after.
      expect((await reopen(rooms, 's2', 's', 2)).effects).toEqual(paired('s2', 'r'));
      expect((await rooms.handle({ type: 'gone', socket: 's2' }, 3)).effects).toEqual([]);
      expect((await reopen(rooms, 's3', 's', 4)).effects).toEqual(paired('s3', 'r'));
      await rooms.handle({ type: 'relay', socket: 's3', bytes: Uint8Array.of(1) }, 5);
      expect((await rooms.handle({ type: 'gone', socket: 's3' }, 6)).effects).toEqual([
        { type: 'failed-join', from: 'from r' },
        { to: 'r', type: 'peer-left' },
      ]);
      expect((await reopen(rooms, 's4', 's', 7)).reply).toEqual(unknown);
    });

    test('does not keep its room beyond its time, nor after giving it up, and its guest is told', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      await rooms.handle({ type: 'gone', socket: 's' }, 1);
      await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 2);
      expect((await rooms.handle({ type: 'tick' }, ROOM_LIFETIME_MS)).effects).toEqual([
        { to: 'r', type: 'expired', reason: 'time' },
      ]);
      expect((await reopen(rooms, 's2', 's', ROOM_LIFETIME_MS)).reply).toEqual(unknown);
      await opened(rooms, 't');
      await rooms.handle({ type: 'burn', socket: 't' }, 3);
      expect((await reopen(rooms, 't2', 't', 4)).reply).toEqual(unknown);
    });

    test('has lost its code when its guest has left', async () => {
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      await rooms.handle({ type: 'gone', socket: 's' }, 1);
      await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot }, 2);
      await rooms.handle({ type: 'gone', socket: 'r' }, 3);
      expect((await reopen(rooms, 's2', 's', 4)).reply).toEqual(unknown);
    });
  });

  describe('a dropped session', () => {
    const rejoin = async (rooms: AnyRooms, socket: string, party: Party, now = 0) =>
      rooms.handle({ type: 'rejoin', socket, id: 'a'.repeat(32), party }, now);

    test('is joined again by two sockets that name the same id in different parties', async () => {
      const rooms = makeRooms();
      expect((await rejoin(rooms, 's', 'host')).reply).toEqual({ type: 'rejoined', waiting: true });
      expect(await rejoin(rooms, 'r', 'guest')).toEqual({
        reply: { type: 'rejoined', waiting: false },
        effects: [
          { to: 's', type: 'paired' },
          { to: 'r', type: 'paired' },
        ],
      });
    });

    test('lets a new connection of the same side take the place of the old one', async () => {
      const rooms = makeRooms();
      await rejoin(rooms, 's', 'host');
      await rejoin(rooms, 'r', 'guest');
      expect((await rejoin(rooms, 's2', 'host')).effects).toEqual([
        { to: 's', type: 'expired', reason: 'replaced' },
        { to: 's2', type: 'paired' },
        { to: 'r', type: 'paired' },
      ]);
      // The old connection's end is no longer anybody's business.
      expect((await rooms.handle({ type: 'gone', socket: 's' }, 1)).effects).toEqual([]);
    });

    test('[P-138, P-142] lets whoever waits alone hear that it waits, or is turned away, of either party', async () => {
      const say = async (rooms: AnyRooms, type: 'let-wait' | 'turn-away') =>
        rooms.handle({ type, socket: 'other', id: 'a'.repeat(32) }, 0);
      for (const party of ['host', 'guest'] as const) {
        const rooms = makeRooms();
        for (const type of ['let-wait', 'turn-away'] as const)
          expect(await say(rooms, type)).toEqual({ reply: unknown, effects: [] });
        await rejoin(rooms, 's', party);
        expect(await say(rooms, 'let-wait')).toEqual({
          reply: { type: 'done' },
          effects: [{ to: 's', type: 'wait' }],
        });
        expect(await say(rooms, 'turn-away')).toEqual({
          reply: { type: 'done' },
          effects: [{ to: 's', type: 'expired', reason: 'occupied' }],
        });
        expect((await say(rooms, 'turn-away')).reply).toEqual(unknown);
      }
      const rooms = makeRooms();
      await rejoin(rooms, 's', 'host');
      await rejoin(rooms, 'r', 'guest');
      // Two who have met hear nothing of it.
      for (const type of ['let-wait', 'turn-away'] as const)
        expect(await say(rooms, type)).toEqual({ reply: unknown, effects: [] });
    });

    test('waits for a while, and no longer', async () => {
      const rooms = makeRooms();
      await rejoin(rooms, 's', 'host');
      expect((await rooms.handle({ type: 'tick' }, REJOIN_WAIT_MS)).effects).toEqual([
        { to: 's', type: 'expired', reason: 'time' },
      ]);
      expect((await rejoin(rooms, 'r', 'guest', REJOIN_WAIT_MS)).reply).toMatchObject({ waiting: true });
    });

    test('that found itself has as long as any pair, though its first side has waited', async () => {
      const rooms = makeRooms();
      await rejoin(rooms, 's', 'host');
      const met = REJOIN_WAIT_MS - 1;
      await rejoin(rooms, 'r', 'guest', met);
      expect((await rooms.handle({ type: 'tick' }, met + PAIR_LIFETIME_MS - 1)).effects).toEqual([]);
      expect([await rooms.has('s'), await rooms.has('r')]).toEqual([true, true]);
      expect((await rooms.handle({ type: 'tick' }, met + PAIR_LIFETIME_MS)).effects).toHaveLength(2);
    });
  });

  test('a pair cannot send its pictures through the server', async () => {
    const rooms = makeRooms();
    await rooms.handle({ type: 'join', socket: 'r', from: 'from r', slot: await opened(rooms, 's') }, 0);
    const bytes = new Uint8Array(16 * 1024);
    for (let sent = 0; sent < MAX_PAIR_BYTES; sent += bytes.length) {
      expect((await rooms.handle({ type: 'relay', socket: 's', bytes }, 0)).effects).toHaveLength(1);
    }
    const last = await rooms.handle({ type: 'relay', socket: 'r', bytes }, 0);
    expect(last).toEqual({ reply: { type: 'refused', code: 'too-many-attempts' }, effects: [] });
  });

  test('a pair has an end, by which two sides that wanted to are connected', async () => {
    const rooms = makeRooms();
    await rooms.handle({ type: 'join', socket: 'r', from: 'here', slot: await opened(rooms, 's') }, 0);
    expect((await rooms.handle({ type: 'tick' }, PAIR_LIFETIME_MS - 1)).effects).toEqual([]);
    expect((await rooms.handle({ type: 'tick' }, PAIR_LIFETIME_MS)).effects).toEqual([
      { type: 'failed-join', from: 'here' },
      { to: 's', type: 'expired', reason: 'time' },
      { to: 'r', type: 'expired', reason: 'time' },
    ]);
    expect([await rooms.has('s'), await rooms.has('r')]).toEqual([false, false]);
  });

  describe('a join counts as a wrong code', () => {
    const failed = { type: 'failed-join', from: 'here' };
    const pairUp = async (said: number): Promise<AnyRooms> => {
      const rooms = makeRooms();
      await rooms.handle({ type: 'join', socket: 'r', from: 'here', slot: await opened(rooms, 's') }, 0);
      for (let i = 0; i < said; i++)
        await rooms.handle({ type: 'relay', socket: 's', bytes: Uint8Array.of(i) }, 0);
      return rooms;
    };

    test.each([
      ['s', 'burn'],
      ['r', 'burn'],
      ['r', 'leave'],
      ['r', 'gone'],
      ['s', 'leave'],
    ] as const)('when %s ends it (%s) before the host has trusted its guest', async (socket, type) => {
      // A share, and an abort.
      for (const said of [0, 1, 2]) {
        expect((await (await pairUp(said)).handle({ type, socket }, 1)).effects).toContainEqual(failed);
      }
      expect((await (await pairUp(3)).handle({ type, socket }, 1)).effects).not.toContainEqual(failed);
    });

    test('when its guest asks for another place, or leaves a host who is away', async () => {
      expect(
        (await (await pairUp(1)).handle({ type: 'join', socket: 'r', from: 'here', slot: '9' }, 1)).effects,
      ).toContainEqual(failed);
      const rooms = makeRooms();
      const slot = await opened(rooms, 's');
      await rooms.handle({ type: 'gone', socket: 's' }, 0);
      await rooms.handle({ type: 'join', socket: 'r', from: 'here', slot }, 0);
      expect((await rooms.handle({ type: 'gone', socket: 'r' }, 1)).effects).toEqual([failed]);
    });
  });

  test('any history of events has the effects that the plain rules give, and no others', async () => {
    const socket = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const party = fc.constantFrom<Party>('host', 'guest');
    const id = fc.constantFrom('1'.repeat(32), '2'.repeat(32));
    const step = fc.oneof(
      fc.record({
        type: fc.constant('open' as const),
        socket,
        random: fc.double({ min: 0, max: 0.999, noNaN: true }),
        minDigits: fc.constantFrom(1, 6),
        token: fc.constant(''),
      }),
      // Mostly one of the tokens that were given out.
      fc.record({ type: fc.constant('reopen' as const), socket, token: fc.nat({ max: 6 }).map(String) }),
      // Mostly slots that were handed out, sometimes any.
      fc.record({
        type: fc.constant('join' as const),
        socket,
        from: socket,
        slot: fc.nat({ max: 20 }).map(String),
      }),
      fc.record({ type: fc.constant('join' as const), socket, from: socket, slot: fc.constant('latest') }),
      fc.record({ type: fc.constant('rejoin' as const), socket, id, party }),
      fc.record({ type: fc.constant('relay' as const), socket, bytes: fc.constant(Uint8Array.of(1)) }),
      fc.record({ type: fc.constantFrom('burn' as const, 'leave' as const, 'gone' as const), socket }),
      fc.constant({ type: 'tick' as const }),
    );
    const pause = fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: ROOM_LIFETIME_MS + 10 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, pause), { maxLength: 80 }), async (history) => {
        const rooms = makeRooms();
        const model = new Model();
        let now = 0;
        let latest = '1';
        let tokens = 0;
        for (const [given, wait] of history) {
          now += wait;
          const event: RoomsEvent =
            given.type === 'join' && given.slot === 'latest'
              ? { ...given, slot: latest }
              : given.type === 'open'
                ? { ...given, token: String(tokens++) }
                : given;
          const { effects: overdue } = await rooms.handle({ type: 'tick' }, now);
          const { reply, effects } = await rooms.handle(event, now);
          if (reply.type === 'opened') latest = reply.slot;
          const expected = model.handle(event, now, reply.type === 'opened' ? reply.slot : undefined);
          const seen = [...overdue, ...effects].map((one) =>
            one.type === 'failed-join'
              ? `${one.from} failed`
              : one.type === 'expired'
                ? `${one.to} expired ${one.reason}`
                : `${one.to} ${one.type}`,
          );
          // Meetings that are over at the same tick have no order among them.
          const inOrder = (all: string[]) => (overdue.length > 0 ? all.sort() : all);
          expect(inOrder(seen)).toEqual(inOrder(expected));
        }
        for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
          const places =
            model.rooms.filter((room) => room.guest === name || (room.host === name && !model.paired(name)))
              .length +
            model.waiting.filter((one) => one.socket === name).length +
            model.pairs.filter((pair) => pair.sockets.includes(name)).length;
          expect(await rooms.has(name)).toBe(places === 1);
          expect(places).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: histories },
    );
  });
}
