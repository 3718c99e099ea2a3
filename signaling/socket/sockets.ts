/** Socket.IO around the rooms core: checks, limits, and delivery. The one door of socket.io. */
import { randomBytes, randomInt } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server, type Socket } from 'socket.io';
import * as v from 'valibot';
import { clientAddress } from './address.ts';
import { Attempts } from '../rooms/attempts.ts';
import { iceServers, type IceConfig } from './ice-servers.ts';
import {
  ALARM_SLOT_DIGITS,
  IDLE_SOCKET_MS,
  MAX_FRAME_BYTES,
  MAX_MALFORMED,
  MAX_SOCKETS,
  MESSAGES_PER_SECOND,
  MESSAGE_BURST,
  UNUSED_SOCKET_MS,
} from '../wire/limits.ts';
import type { Log } from '../log.ts';
import {
  emptySchema,
  joinSchema,
  rejoinSchema,
  relaySchema,
  reopenSchema,
  type ClientToServer,
  type ServerToClient,
  type SignalingErrorCode,
} from '../wire/messages.ts';
import { originAllowed } from './origin.ts';
import { Rooms, type Outcome, type RoomsEvent } from '../rooms/rooms.ts';

interface SocketData {
  /** Key for the limits; lives as long as the connection and is written nowhere. */
  address: string;
  connectedAt: number;
  /** Has asked for something, whatever came of it. */
  used: boolean;
  malformed: number;
  /** Token bucket of messages. */
  tokens: number;
  refilledAt: number;
}

type IoServer = Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>;
type IoSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, SocketData>;

export interface SignalingOptions {
  allowedOrigins: readonly string[];
  trustedProxies: number;
  ice: IceConfig;
  /** Where this process answers STUN itself, for a page that found it as `host`; `undefined` where it does not. */
  ownStun?: (host: string | undefined) => string | undefined;
  log: Log;
  /** Unix milliseconds; tests make ten minutes pass. */
  now?: () => number;
  /** The development server listens for upgrades on the same port. */
  sharesUpgrades?: boolean;
}

export interface Signaling {
  alarm(): boolean;
  /** Closes every connection; the pages see it at once and come back by themselves. */
  close(): Promise<void>;
}

export function attachSignaling(server: HttpServer | HttpsServer, options: SignalingOptions): Signaling {
  const { log, trustedProxies, now = Date.now } = options;
  const rooms = new Rooms();
  const attempts = new Attempts(() =>
    log.warn('alarm: many joins fail; somebody may be guessing codes. New codes get longer slots.'),
  );
  /** The name under which the page found us. */
  const hostOf = (request: IncomingMessage) =>
    headerOf(request, trustedProxies > 0 ? 'x-forwarded-host' : 'host') ?? request.headers.host;
  const io: IoServer = new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    // A dead phone is noticed within 20 s, so that its other side is told.
    pingInterval: 10_000,
    pingTimeout: 10_000,
    destroyUpgrade: options.sharesUpgrades !== true,
    allowRequest: (request, done) => {
      done(null, originAllowed(request.headers.origin, hostOf(request), options.allowedOrigins));
    },
  });

  const admit = async (address: string, next: (refusal?: Error) => void) => {
    const allowed = await attempts.allow('connect', address);
    next(allowed ? undefined : new Error('too-many-attempts'));
  };
  io.use((socket, next) => {
    const address = clientAddress(
      socket.request.socket.remoteAddress,
      headerOf(socket.request, 'x-forwarded-for'),
      trustedProxies,
    );
    const at = now();
    socket.data = {
      address,
      connectedAt: at,
      used: false,
      malformed: 0,
      tokens: MESSAGE_BURST,
      refilledAt: at,
    };
    if (io.engine.clientsCount > MAX_SOCKETS) return next(new Error('busy'));
    void admit(address, next);
  });

  const run = (event: RoomsEvent): Outcome => rooms.handle(event, now());
  const deliver = (outcome: Outcome): void => {
    for (const effect of outcome.effects) {
      const socket = io.sockets.sockets.get(effect.to);
      if (!socket) continue;
      switch (effect.type) {
        case 'message':
          socket.emit('message', effect.bytes);
          break;
        case 'expired':
          socket.emit('expired', { reason: effect.reason });
          break;
        case 'paired':
        case 'peer-left':
          socket.emit(effect.type, {});
      }
    }
  };
  /** Runs an event; answers first, so that a page knows it has joined before it hears that it is paired. */
  const answer = (
    socket: IoSocket,
    event: RoomsEvent & { socket: string },
    reply: (reply: Outcome['reply']) => void,
  ): void => {
    // It may have gone while the limits were asked; a place given now would be nobody's.
    if (!socket.connected) return;
    const outcome = run(event);
    reply(outcome.reply);
    deliver(outcome);
  };

  io.on('connection', (socket) => {
    const { address } = socket.data;
    const ownStun = options.ownStun?.(hostOf(socket.request));
    const ice = () => iceServers(options.ice, now(), randomBytes(6).toString('base64url'), ownStun);
    const request = takeRequests(socket, now);

    request('open', emptySchema, async (_, ack) => {
      if (!(await attempts.allow('open', address))) return ack({ error: 'too-many-attempts' });
      const minDigits = attempts.alarm(now()) ? ALARM_SLOT_DIGITS : 1;
      const random = randomInt(2 ** 32) / 2 ** 32;
      const token = randomBytes(16).toString('base64url');
      answer(socket, { type: 'open', socket: socket.id, token, random, minDigits }, (reply) => {
        if (reply.type !== 'opened') return ack({ error: refusal(reply) });
        ack({ slot: reply.slot, token, expiresAt: reply.expiresAt, iceServers: ice() });
      });
    });

    request('reopen', reopenSchema, async ({ token }, ack) => {
      if (!(await attempts.allow('rejoin', address))) return ack({ error: 'too-many-attempts' });
      answer(socket, { type: 'reopen', socket: socket.id, token }, (reply) => {
        if (reply.type !== 'reopened') return ack({ error: refusal(reply) });
        ack({ expiresAt: reply.expiresAt, iceServers: ice() });
      });
    });

    request('join', joinSchema, async ({ slot, hello }, ack) => {
      // Both are asked before the slot is looked at: an answer would be the guess that we refuse.
      const allowed = (await attempts.allow('join', address)) && (await attempts.mayJoin(address));
      if (!allowed) return ack({ error: 'too-many-attempts' });
      answer(socket, { type: 'join', socket: socket.id, slot, hello }, (reply) => {
        if (reply.type === 'joined') return ack({ iceServers: ice() });
        void attempts.failedJoin(address, now());
        ack({ error: refusal(reply) });
      });
    });

    request('rejoin', rejoinSchema, async ({ id, role }, ack) => {
      if (!(await attempts.allow('rejoin', address))) return ack({ error: 'too-many-attempts' });
      answer(socket, { type: 'rejoin', socket: socket.id, id, role }, (reply) => {
        if (reply.type !== 'rejoined') return ack({ error: refusal(reply) });
        ack({ iceServers: ice(), waiting: reply.waiting });
      });
    });

    request('relay', relaySchema, (bytes, ack) => {
      answer(socket, { type: 'relay', socket: socket.id, bytes }, (reply) =>
        ack(reply.type === 'done' ? {} : { error: refusal(reply) }),
      );
    });

    for (const type of ['burn', 'leave'] as const) {
      request(type, emptySchema, (_, ack) => answer(socket, { type, socket: socket.id }, () => ack({})));
    }

    socket.on('disconnect', (reason) => {
      // A client that says goodbye does not come back; one that breaks off may.
      const type = reason === 'client namespace disconnect' ? 'leave' : 'gone';
      deliver(run({ type, socket: socket.id }));
    });
  });

  const clock = setInterval(() => {
    deliver(run({ type: 'tick' }));
    for (const socket of io.sockets.sockets.values()) {
      const { used, connectedAt } = socket.data;
      const idleSince = now() - (used ? IDLE_SOCKET_MS : UNUSED_SOCKET_MS);
      if (connectedAt < idleSince && !rooms.has(socket.id)) socket.disconnect(true);
    }
  }, 1000);
  clock.unref();

  return {
    alarm: () => attempts.alarm(now()),
    close: async () => {
      clearInterval(clock);
      // Not `disconnectSockets`: a page takes that as a refusal and does not come back.
      await io.close();
    },
  };
}

/**
 * Registers one kind of request: rate, shape, then the handler. A request without an acknowledgement is dropped; a
 * malformed one is answered, and the third closes the socket.
 */
function takeRequests(socket: IoSocket, now: () => number) {
  return <N extends keyof ClientToServer, S extends v.GenericSchema>(
    name: N,
    schema: S,
    handle: (request: v.InferOutput<S>, ack: Parameters<ClientToServer[N]>[1]) => unknown,
  ): void => {
    const listener = (...args: unknown[]): void => {
      const ack = args.at(-1);
      const answer = typeof ack === 'function' ? (ack as (answer: unknown) => void) : () => {};
      if (!takeToken(socket.data, now())) {
        answer({ error: 'too-many-attempts' });
        socket.disconnect(true);
        return;
      }
      const parsed = v.safeParse(schema, args[0]);
      if (args.length !== 2 || typeof ack !== 'function' || !parsed.success) {
        answer({ error: 'malformed' });
        socket.data.malformed += 1;
        if (socket.data.malformed >= MAX_MALFORMED) socket.disconnect(true);
        return;
      }
      socket.data.used = true;
      handle(parsed.output, answer);
    };
    // The types promise well-formed requests; the wire does not.
    socket.on<keyof ClientToServer>(name, listener);
  };
}

function takeToken(data: SocketData, now: number): boolean {
  const earned = ((now - data.refilledAt) / 1000) * MESSAGES_PER_SECOND;
  data.tokens = Math.min(MESSAGE_BURST, data.tokens + Math.max(0, earned)) - 1;
  data.refilledAt = now;
  return data.tokens >= 0;
}

function refusal(reply: Outcome['reply']): SignalingErrorCode {
  return reply.type === 'refused' ? reply.code : 'malformed';
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
