/** Socket.IO around the rooms core: checks, limits, and delivery. The one door of socket.io. */
import { randomBytes, randomInt } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import * as v from 'valibot';
import { clientAddress } from './address.ts';
import { Attempts, type Attempt, type Limits } from '../rooms/attempts.ts';
import { iceServers, type IceConfig } from './ice-servers.ts';
import {
  MAX_ADDRESS_SOCKETS,
  ALARM_SLOT_DIGITS,
  CONNECT_MS,
  DRAIN_MS,
  DRAIN_QUIET_MS,
  IDLE_SOCKET_MS,
  MAX_FRAME_BYTES,
  MAX_MALFORMED,
  MAX_SOCKETS,
  MAX_ADDRESS_PRESENT,
  MAX_WAITING_BYTES,
  MAX_WAITING_REQUESTS,
  PLACE_LOOK_MS,
  SOCKET_ALLOWANCE,
  SHUTDOWN_MS,
  UNUSED_SOCKET_MS,
  WAITING_REQUEST_BYTES,
} from '../wire/limits.ts';
import { errorName, type Log } from '../log.ts';
import {
  doorSchema,
  emptySchema,
  joinSchema,
  knockSchema,
  presentSchema,
  rejoinSchema,
  relaySchema,
  reopenSchema,
  ringSchema,
  type ClientToServer,
  type ServerToClient,
  type SignalingErrorCode,
} from '../wire/messages.ts';
import { AddressBudgets, Budget } from './budget.ts';
import { Held } from '../held.ts';
import { remembering } from '../remembering.ts';
import { noMetrics, type Asked, type LimitHit, type Metrics } from '../operations/metrics.ts';
import { hostOf } from '../pages/headers.ts';
import { nameAllowed, originAllowed } from './origin.ts';
import type { Shared } from './shared.ts';
import { MemoryStore } from '../rooms/memory-store.ts';
import type { SocketId } from '../rooms/meeting.ts';
import { Rooms } from '../rooms/rooms.ts';
import { MemoryPresence, type Presence } from '../rooms/presence.ts';
import { MemoryDoors, type Doors } from '../rooms/doors.ts';
import type { Outcome, PlacedEvent, RoomsEvent } from '../rooms/events.ts';
import { guardWire } from './wire-guard.ts';
import { writesOnce, type Flushes } from './one-write.ts';

/** One connection, from its handshake on, whether or not it ever says CONNECT. */
interface Connection {
  raw: IncomingMessage['socket'];
  /** Key for the limits; lives as long as the connection and is written nowhere. */
  address: string;
  connectedAt: number;
  /** Where its page finds this process's STUN server. */
  ownStun: string | undefined;
  /** Has asked for something, whatever the outcome. */
  used: boolean;
  malformed: number;
  /** Has said CONNECT. */
  joined: boolean;
  /** Was closed by this side at the last look. */
  closing: boolean;
  /** Has said more than it may, and is not heard any more. */
  spent: boolean;
  /** Its own, and that of its address. */
  budgets: readonly Budget[];
  /** When it was paired, or last sent or got a message: a handshake is under way. */
  spokeAt: number;
  /** Set while it is in the namespace. */
  socket: IoSocket | undefined;
  /** Has asked for a place where one could be had: only then its end is one for the rooms. */
  mayHavePlace: boolean;
  /** Has asked to be found at ids: its end is one for the presence. */
  mayBePresent: boolean;
  /** Ids at which it is found: with any it waits for a ring, and is no idle one. */
  present: number;
  /** The last of its requests, and how many wait: each is begun when the one before it is answered. */
  work: Promise<void> | undefined;
  waiting: number;
  /** When it was last found to have a place. */
  placedAt: number;
}

interface SocketData {
  connection: Connection;
}

type IoServer = Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>;
type IoSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

/** What we use of Engine.IO's socket, whose type is not exported by Socket.IO. */
interface Wire extends Flushes {
  request: IncomingMessage;
  transport: { socket: { on(name: 'ping', listener: () => void): void } };
  readyState: string;
  on(name: 'packet', listener: () => void): void;
  close(): void;
}
type NextFunction = (error?: Error) => void;

/** Who may connect, and what they are given. */
export interface SignalingOptions {
  /** See `nameAllowed`. */
  allowedHosts: readonly string[];
  allowedOrigins: readonly string[];
  trustedProxies: number;
  ice: IceConfig;
  /**
   * Where this process answers STUN itself, for a page that found it as `host`; `undefined` where it does
   * not.
   */
  ownStun?: (host: string | undefined) => string | undefined;
  log: Log;
  /** Default: nothing is counted. */
  metrics?: Metrics;
  /** Unset: this is the only node, and all is in its memory. */
  shared?: Shared;
  /** Unix milliseconds; tests make ten minutes pass. */
  now?: () => number;
  /** The development server listens for upgrades on the same port. */
  sharesUpgrades?: boolean;
}

export interface Signaling {
  alarm(): boolean;
  /** Redis answers; `undefined` without one. */
  shares(): boolean | undefined;
  /** Why no new room is taken at this moment, in a word; `undefined`: it is. */
  unready(): 'draining' | undefined;
  /**
   * Takes no new room and no join, and sends every page away, to return by itself and find another node or
   * the restarted one; pairs in the middle of their handshake once they are silent. Resolves when all are
   * gone, after `DRAIN_MS` at the latest.
   */
  drain(): Promise<void>;
  /** Closes every connection; the pages see it at once and return by themselves. */
  close(): Promise<void>;
}

/** Serves the signaling protocol of `wire/messages.ts` on a server of ours, until `close`. */
export function attachSignaling(server: HttpServer | HttpsServer, options: SignalingOptions): Signaling {
  const { log, trustedProxies, now = Date.now, metrics = noMetrics } = options;
  const { shared } = options;
  const doors: Doors = shared?.doors ?? new MemoryDoors();
  const presence: Presence = shared?.presence ?? new MemoryPresence();
  const rooms = shared?.rooms ?? new Rooms(new MemoryStore());
  const onAlarm = () =>
    log.warn('alarm: many joins fail; somebody may be guessing codes. New codes get longer slots.');
  const attempts: Limits = shared?.limits(onAlarm) ?? new Attempts(onAlarm);
  /** A socket's name in the rooms. */
  const prefix = shared === undefined ? '' : `${shared.node}.`;
  const nameOf = (socket: IoSocket): SocketId => prefix + socket.id;
  const host = (request: IncomingMessage) => hostOf(request, trustedProxies);
  const ours = remembering(
    (name: string | undefined, origin: string | undefined) =>
      nameAllowed(name, options.allowedHosts) && originAllowed(origin, name, options.allowedOrigins),
  );
  const held = new Held(MAX_ADDRESS_SOCKETS, MAX_SOCKETS);
  let draining = false;
  /** What a limit said, and counted when it said no. */
  const within = (limit: LimitHit, allowed: boolean): boolean => {
    if (!allowed) metrics.limitHit(limit);
    return allowed;
  };
  const addressBudgets = new AddressBudgets();
  const waiting = { bytes: 0 };
  const io: IoServer = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    // A dead phone is noticed within 20 s, so that its other side is told.
    pingInterval: 10_000,
    pingTimeout: 10_000,
    connectTimeout: CONNECT_MS,
    destroyUpgrade: options.sharesUpgrades !== true,
    ...(shared && { adapter: shared.adapter }),
    allowRequest: (request, done) => {
      if (draining || !ours(host(request), request.headers.origin)) return done(null, false);
      const address = clientAddress(request, trustedProxies);
      whenKnown(attempts.allow('handshake', address, now()), (allowed) => {
        const raw = request.socket;
        // Counted from here, since nobody has to say anything after the handshake, until the wire is gone.
        const admitted = within('handshake', allowed) && !raw.destroyed;
        done(null, admitted && within('sockets', held.takeFor(address, raw)));
      });
    },
  });
  // A session id belongs to another transport, and we have one: it would be a connection that nobody counted.
  io.engine.use((request: IncomingMessage, _: unknown, next: NextFunction) => {
    const { url = '' } = request;
    // However it is written.
    const again = /sid|%/.test(url) && new URL(url, 'http://localhost').searchParams.has('sid');
    next(again ? new Error('no other transport') : undefined);
  });

  /** By the connection below Socket.IO. */
  const connections = new Map<Wire, Connection>();
  const inOneWrite = writesOnce<Wire>((wire) => connections.get(wire)?.raw);
  /** What was said is within every budget, or nothing of it is heard any more. */
  const count = (connection: Connection, limit: LimitHit, fits: (budget: Budget) => boolean): boolean => {
    if (connection.spent) return false;
    if (within(limit, connection.budgets.every(fits))) return true;
    connection.spent = true;
    // Told so, a page waits before it returns.
    if (connection.socket) connection.socket.disconnect(true);
    else connection.raw.destroy();
    return false;
  };
  const countMessage = (connection: Connection): void => {
    count(connection, 'messages', (budget) => budget.message(now()));
  };
  /** Ids that all pages of an address have announced here. */
  const presentFrom = new Map<string, number>();
  const setPresent = (connection: Connection, count: number): boolean => {
    const { address, present } = connection;
    const sum = (presentFrom.get(address) ?? 0) - present + count;
    if (count > 0 && sum > MAX_ADDRESS_PRESENT) return false;
    if (sum === 0) presentFrom.delete(address);
    else presentFrom.set(address, sum);
    connection.present = count;
    return true;
  };
  /** `false`: too many are held already, and none of these. */
  const announce = async (socket: IoSocket, ids: readonly string[]): Promise<boolean> => {
    const { connection } = socket.data;
    const fits = setPresent(connection, ids.length);
    const announced = (await presence.announce(nameOf(socket), fits ? ids : [])) && fits;
    if (!announced) setPresent(connection, 0);
    return announced;
  };
  io.engine.on('connection', (wire: Wire) => {
    const at = now();
    const address = clientAddress(wire.request, trustedProxies);
    const raw = wire.request.socket;
    const connection: Connection = {
      raw,
      address,
      connectedAt: at,
      ownStun: undefined,
      used: false,
      malformed: 0,
      joined: false,
      closing: false,
      spent: false,
      spokeAt: -Infinity,
      mayHavePlace: false,
      mayBePresent: false,
      present: 0,
      socket: undefined,
      work: undefined,
      waiting: 0,
      placedAt: 0,
      budgets: [new Budget(SOCKET_ALLOWANCE, at), addressBudgets.hold(address, at)],
    };
    connections.set(wire, connection);
    raw.once('close', () => {
      connections.delete(wire);
      addressBudgets.release(address);
    });
    guardWire(raw, (bytes) => count(connection, 'bytes', (budget) => budget.received(bytes, now())));
    // Every packet, whatever is in it or not; and the pings of the protocol below, each of which is answered.
    wire.on('packet', () => countMessage(connection));
    wire.transport.socket.on('ping', () => countMessage(connection));
    inOneWrite(wire);
  });
  io.use((socket, next) => {
    const connection = connections.get(socket.conn as unknown as Wire);
    if (!connection) return next(new Error('busy'));
    socket.data = { connection };
    whenKnown(attempts.allow('connect', connection.address, now()), (allowed) =>
      next(within('connect', allowed) ? undefined : new Error('too-many-attempts')),
    );
  });

  const failedJoin = (from: string): void => {
    metrics.failedJoin();
    void attempts.failedJoin(from, now());
  };
  const run = (event: RoomsEvent): Outcome | Promise<Outcome> => rooms.handle(event, now());
  const isHere = (to: SocketId): boolean => to.startsWith(prefix);
  const reach = (to: SocketId) => {
    const id = to.slice(to.indexOf('.') + 1);
    return isHere(to) ? io.sockets.sockets.get(id) : io.to(id);
  };
  const deliver = (outcome: Outcome): void => {
    for (const effect of outcome.effects) {
      if (effect.type === 'failed-join') {
        failedJoin(effect.from);
        continue;
      }
      const socket = reach(effect.to);
      if (!socket) continue;
      // Sent away by us, not gone: both sides are, and meet again.
      if (isHere(effect.to) && draining && effect.type === 'peer-left') continue;
      if ('data' in socket && (effect.type === 'message' || effect.type === 'paired'))
        socket.data.connection.spokeAt = now();
      switch (effect.type) {
        case 'message':
          socket.emit('message', effect.bytes);
          break;
        case 'knock':
          socket.emit('knock', { id: effect.id });
          break;
        case 'expired':
          socket.emit('expired', { reason: effect.reason });
          break;
        case 'paired':
        case 'wait':
        case 'peer-left':
          socket.emit(effect.type, {});
      }
    }
  };
  /** Runs an event; answers first, so that a page knows it has joined before it hears that it is paired. */
  const answer = async (
    socket: IoSocket,
    event: PlacedEvent,
    reply: (reply: Outcome['reply']) => unknown,
  ): Promise<void> => {
    if (!socket.connected) return;
    const outcome = await run(event);
    reply(outcome.reply);
    deliver(outcome);
  };

  const allow = async (attempt: Exclude<Attempt, 'failedJoin'>, address: string) =>
    within(attempt, await attempts.allow(attempt, address, now()));
  const ice = ({ address, ownStun }: Connection) => iceServers(options.ice, now(), address, ownStun);

  const requests: Readonly<Record<keyof ClientToServer, Request>> = {
    open: request<'open', typeof emptySchema>(emptySchema, async (socket, _, ack) => {
      const { connection } = socket.data;
      if (!(await allow('open', connection.address))) return ack({ error: 'too-many-attempts' });
      const minDigits = attempts.alarm(now()) ? ALARM_SLOT_DIGITS : 1;
      const random = randomInt(2 ** 32) / 2 ** 32;
      const token = randomBytes(16).toString('base64url');
      await answer(socket, { type: 'open', socket: nameOf(socket), token, random, minDigits }, (reply) => {
        if (reply.type !== 'opened') return ack({ error: refusal(reply) });
        ack({ slot: reply.slot, token, expiresAt: reply.expiresAt, iceServers: ice(connection) });
      });
    }),

    reopen: request<'reopen', typeof reopenSchema>(reopenSchema, async (socket, { token }, ack) => {
      const { connection } = socket.data;
      if (!(await allow('rejoin', connection.address))) return ack({ error: 'too-many-attempts' });
      await answer(socket, { type: 'reopen', socket: nameOf(socket), token }, (reply) => {
        if (reply.type !== 'reopened') return ack({ error: refusal(reply) });
        ack({ expiresAt: reply.expiresAt, iceServers: ice(connection) });
      });
    }),

    join: request<'join', typeof joinSchema>(joinSchema, async (socket, { slot, hello }, ack) => {
      const { connection } = socket.data;
      const { address: from } = connection;
      // Both are asked before the slot is looked at: an answer would be the guess that we refuse.
      const allowed =
        (await allow('join', from)) && within('failed-join', await attempts.mayJoin(from, now()));
      if (!allowed) return ack({ error: 'too-many-attempts' });
      await answer(socket, { type: 'join', socket: nameOf(socket), slot, from, hello }, (reply) => {
        if (reply.type === 'joined') return ack({ iceServers: ice(connection) });
        failedJoin(from);
        ack({ error: refusal(reply) });
      });
    }),

    rejoin: request<'rejoin', typeof rejoinSchema>(rejoinSchema, async (socket, { id, party }, ack) => {
      const { connection } = socket.data;
      if (!(await allow('rejoin', connection.address))) return ack({ error: 'too-many-attempts' });
      await answer(socket, { type: 'rejoin', socket: nameOf(socket), id, party }, (reply) => {
        if (reply.type !== 'rejoined') return ack({ error: refusal(reply) });
        ack({ iceServers: ice(connection), waiting: reply.waiting });
      });
    }),

    'open-door': request<'open-door', typeof doorSchema>(doorSchema, async (socket, { id, token }, ack) => {
      if (!(await allow('open', socket.data.connection.address))) return ack({ error: 'too-many-attempts' });
      const to = nameOf(socket);
      const waiting = await doors.open(id, token, to, now());
      if (waiting === undefined) return ack({ error: 'code-unknown' });
      ack({});
      deliver({ reply: { type: 'done' }, effects: waiting.map((one) => ({ to, type: 'knock', id: one })) });
    }),
    'close-door': request<'close-door', typeof doorSchema>(doorSchema, async (socket, { id, token }, ack) => {
      await doors.close(id, token, nameOf(socket), now());
      ack({});
    }),
    /** The meeting is of this knock alone: whoever else has the link gets another. */
    knock: request<'knock', typeof knockSchema>(knockSchema, async (socket, { id }, ack) => {
      const { connection } = socket.data;
      if (!(await allow('join', connection.address))) return ack({ error: 'too-many-attempts' });
      const meeting = randomBytes(16).toString('base64url');
      const to = await doors.knock(id, meeting, now());
      if (to === undefined) return ack({ error: 'code-unknown' });
      const event = { type: 'rejoin', socket: nameOf(socket), id: meeting, party: 'guest' } as const;
      await answer(socket, event, (reply) => {
        if (reply.type !== 'rejoined') return ack({ error: refusal(reply) });
        ack({ iceServers: ice(connection) });
        deliver({ reply, effects: [{ to, type: 'knock', id: meeting }] });
      });
    }),
    'turn-away': request<'turn-away', typeof knockSchema>(knockSchema, (socket, { id }, ack) =>
      answer(socket, { type: 'turn-away', socket: nameOf(socket), id }, (reply) => ack(done(reply))),
    ),
    'let-wait': request<'let-wait', typeof knockSchema>(knockSchema, (socket, { id }, ack) =>
      answer(socket, { type: 'let-wait', socket: nameOf(socket), id }, (reply) => ack(done(reply))),
    ),

    present: request<'present', typeof presentSchema>(presentSchema, async (socket, { ids }, ack) => {
      if (!(await allow('presence', socket.data.connection.address)))
        return ack({ error: 'too-many-attempts' });
      ack((await announce(socket, ids)) ? {} : { error: 'busy' });
    }),
    ring: request<'ring', typeof ringSchema>(ringSchema, async (socket, { ids }, ack) => {
      if (!(await allow('presence', socket.data.connection.address)))
        return ack({ error: 'too-many-attempts' });
      const { at = -1, socket: to = '' } = (await presence.find(ids)) ?? {};
      ack({ at });
      const id = ids[at];
      if (id !== undefined) reach(to)?.emit('ring', { id });
    }),

    relay: request<'relay', typeof relaySchema>(relaySchema, (socket, bytes, ack) => {
      socket.data.connection.spokeAt = now();
      return answer(socket, { type: 'relay', socket: nameOf(socket), bytes }, (reply) => {
        if (reply.type !== 'done') return ack({ error: refusal(reply) });
        metrics.relayed(bytes.length);
        ack({});
      });
    }),

    burn: request<'burn', typeof emptySchema>(emptySchema, (socket, _, ack) =>
      answer(socket, { type: 'burn', socket: nameOf(socket) }, () => ack({})),
    ),
    leave: request<'leave', typeof emptySchema>(emptySchema, (socket, _, ack) =>
      answer(socket, { type: 'leave', socket: nameOf(socket) }, () => ack({})),
    ),
  };

  /**
   * What a socket asks: shape, then the handler. A request without an acknowledgement is dropped; a malformed
   * one is answered, and the third closes the socket. One function for all sockets: each would otherwise make
   * and hold a dozen, and most wait for a long time and ask nothing.
   */
  const hear = function (this: IoSocket, name: string, ...args: unknown[]): void {
    if (!this.connected || !Object.hasOwn(requests, name)) return;
    const asked = name as keyof ClientToServer;
    const { schema, handle } = requests[asked];
    const { connection } = this.data;
    const ack = args.at(-1);
    const parsed = v.safeParse(schema, args[0]);
    if (args.length !== 2 || typeof ack !== 'function' || !parsed.success) {
      if (typeof ack === 'function') ack({ error: 'malformed' });
      connection.malformed += 1;
      if (connection.malformed >= MAX_MALFORMED) {
        metrics.limitHit('malformed');
        this.disconnect(true);
      }
      return;
    }
    connection.used = true;
    let answered = false;
    const counted = (reply: object) => {
      answered = true;
      if (isCounted(asked))
        metrics.answered(asked, 'error' in reply ? (reply.error as SignalingErrorCode) : 'done');
      ack(reply);
    };
    const { output } = parsed;
    const begins = BEGINNINGS.includes(asked);
    const bytes = WAITING_REQUEST_BYTES + (output instanceof Uint8Array ? output.length : 0);
    const full = connection.waiting >= MAX_WAITING_REQUESTS || waiting.bytes + bytes > MAX_WAITING_BYTES;
    // At once, not behind what waits until Redis is back.
    const refused = begins && (draining || shared?.available() === false);
    if (full || refused) return counted({ error: 'busy' });
    if (asked === 'present') connection.mayBePresent = true;
    else if (begins && asked !== 'ring') connection.mayHavePlace = true;
    waiting.bytes += bytes;
    inTurn(connection, log, async () => {
      try {
        await handle(this, output, counted);
      } catch (error) {
        // Without an answer the page would give its connection up.
        if (!answered) counted({ error: 'busy' });
        throw error;
      } finally {
        waiting.bytes -= bytes;
      }
    });
  };
  io.on('connection', (socket) => {
    const { connection } = socket.data;
    connection.socket = socket;
    connection.joined = true;
    connection.ownStun = options.ownStun?.(host(socket.request));
    socket.onAny(hear);
    // Kept for as long as the socket otherwise, and not needed any more.
    Object.assign(socket.conn, { request: undefined });
    Object.assign(socket, { handshake: {} });
    socket.on('disconnect', (reason) => {
      connection.socket = undefined;
      // A client that says goodbye does not return, nor does one that was sent away; one that breaks off may.
      const type = reason.endsWith('namespace disconnect') ? 'leave' : 'gone';
      if (connection.mayBePresent) inTurn(connection, log, async () => announce(socket, []));
      // Who only connects while Redis is away leaves nothing that waits.
      if (!connection.mayHavePlace) return;
      inTurn(connection, log, async () => deliver(await run({ type, socket: nameOf(socket) })));
    });
  });

  /** Once a second at each connection. */
  const look = (wire: Wire, connection: Connection) => {
    const { raw, socket, used, connectedAt, closing, joined } = connection;
    // Was told to go a look ago. A page has gone by itself; who is none could stay for half a minute.
    if (closing) raw.destroy();
    connection.closing = wire.readyState !== 'open';
    const silent = !joined && connectedAt < now() - CONNECT_MS;
    if (silent) raw.destroy();
    const idleSince = now() - (used ? IDLE_SOCKET_MS : UNUSED_SOCKET_MS);
    if (
      connectedAt < idleSince &&
      socket &&
      connection.present === 0 &&
      connection.placedAt <= now() - PLACE_LOOK_MS
    ) {
      connection.placedAt = now();
      void Promise.resolve(rooms.has(nameOf(socket))).then(
        (placed) => placed || socket.disconnect(true),
        // Not knowing is no reason to send anyone away.
        () => {},
      );
    }
    // Has left the namespace and stayed.
    if (joined && !socket && !connection.closing) wire.close();
  };
  /** Of nodes that have died; no other node hears of them, so each is kept until its end was written. */
  const lost = new Set<SocketId>();
  const tick = async () => {
    deliver(await run({ type: 'tick' }));
    await attempts.sweep(now());
    const beaten = await shared?.beat(performance.now());
    // The pages return, and ask for their places anew.
    if (beaten?.forgotten) for (const wire of connections.keys()) wire.close();
    for (const socket of beaten?.lost ?? []) lost.add(socket);
    for (const socket of lost) {
      // The seconds overlap while the store is slow: each takes others.
      lost.delete(socket);
      try {
        deliver(await run({ type: 'gone', socket }));
      } catch (error) {
        lost.add(socket);
        throw error;
      }
    }
  };
  const clock = setInterval(() => {
    void tick().catch((error: unknown) => log.error(`a second was left out: ${errorName(error)}`));
    for (const [wire, connection] of connections) look(wire, connection);
  }, 1000);
  clock.unref();
  const unready = () => (draining ? ('draining' as const) : undefined);
  metrics.watch(async () => ({
    sockets: connections.size,
    ...(await rooms.counts()),
    alarm: attempts.alarm(now()),
    ready: unready() === undefined && shared?.available() !== false,
  }));

  return {
    alarm: () => attempts.alarm(now()),
    shares: () => shared?.available(),
    unready,
    drain: async () => {
      draining = true;
      const until = performance.now() + DRAIN_MS;
      while (connections.size > 0 && performance.now() < until) {
        for (const [wire, { spokeAt }] of connections) {
          // Not `disconnectSockets`, as below.
          if (spokeAt < now() - DRAIN_QUIET_MS && wire.readyState === 'open') wire.close();
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    close: async () => {
      clearInterval(clock);
      // Not `disconnectSockets`: a page takes that as a refusal and does not return.
      // Who does not answer the goodbye must not hold up the end.
      const cut = setTimeout(() => {
        for (const { raw } of connections.values()) raw.destroy();
      }, SHUTDOWN_MS / 3);
      const all = Array.from(connections.values());
      await io.close();
      clearTimeout(cut);
      if (shared === undefined) return;
      // The other nodes' sockets are told of ours, unless that takes too long.
      const told = Promise.all(all.map(async ({ work }) => work));
      await Promise.race([told, new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS / 3))]);
      await shared.close();
    },
  };
}

/** What begins something; a server that is about to stop, or without its Redis, takes none of it. */
const BEGINNINGS: readonly string[] = [
  'open',
  'reopen',
  'join',
  'rejoin',
  'open-door',
  'knock',
  'present',
  'ring',
];

/** What leads two sides together, or says something between them. */
const isCounted = (asked: keyof ClientToServer): asked is Asked =>
  !['burn', 'leave', 'open-door', 'close-door', 'turn-away', 'let-wait', 'present', 'ring'].includes(asked);

/** Goes on at once with what is known at once, as all is without Redis. */
function whenKnown<T>(value: T | Promise<T>, next: (value: T) => void): void {
  if (value instanceof Promise) void awaited(value, next);
  else next(value);
}

async function awaited<T>(value: Promise<T>, next: (value: T) => void): Promise<void> {
  next(await value);
}

/** Whatever one page asks happens in the order in which it asked. */
function inTurn(connection: Connection, log: Log, task: () => Promise<unknown>): void {
  connection.waiting += 1;
  connection.work = turn(connection, log, task);
}

async function turn(connection: Connection, log: Log, task: () => Promise<unknown>): Promise<void> {
  await connection.work;
  try {
    await task();
  } catch (error) {
    log.error(`a request was not answered: ${errorName(error)}`);
  }
  connection.waiting -= 1;
  // An idle connection holds no promise.
  if (connection.waiting === 0) connection.work = undefined;
}

/** How one kind of request is checked and carried out. */
interface Request {
  schema: v.GenericSchema;
  handle: (socket: IoSocket, request: unknown, ack: (reply: object) => void) => unknown;
}

function request<N extends keyof ClientToServer, S extends v.GenericSchema>(
  schema: S,
  handle: (
    socket: IoSocket,
    request: v.InferOutput<S>,
    ack: Parameters<ClientToServer[N]>[1],
  ) => Promise<unknown>,
): Request {
  return { schema, handle };
}

const done = (reply: Outcome['reply']) => (reply.type === 'done' ? {} : { error: refusal(reply) });

function refusal(reply: Outcome['reply']): SignalingErrorCode {
  return reply.type === 'refused' ? reply.code : 'malformed';
}
