/**
 * The page's end of the signaling server: rooms, rejoining, and sealed bytes to the other side. The server is
 * trusted with nothing: what it sends is checked and bounded here.
 */
import * as v from 'valibot';
import { MAX_RELAY_BYTES } from '../../../signaling/wire/limits.ts';
import {
  emptyAckSchema,
  errorAckSchema,
  expiredSchema,
  joinAckSchema,
  knockSchema,
  openAckSchema,
  rejoinAckSchema,
  reopenAckSchema,
  ringAckSchema,
  type ExpiredReason,
  type JoinAck,
  type OpenAck,
  type RejoinAck,
  type ReopenAck,
  type SignalingErrorCode,
} from '../../../signaling/wire/messages.ts';
import type { Party, ProblemCode } from '../model.ts';
import { ANSWER_MS, REJOIN_ANSWER_MS, takeSocket } from './signaling-socket.ts';

export type { ExpiredReason, JoinAck, OpenAck, RejoinAck };

export interface SignalingClientOptions {
  /** Address of the server, perhaps with a path; empty: the page's own origin. */
  server: string;
  /**
   * The connection is open, or not. After `false` every place at the server is lost, but for a room
   * (`reopen`).
   */
  onOnline(online: boolean): void;
  /**
   * The other side is there, or another connection of it: `send` reaches it from now on, and pairing begins
   * anew.
   */
  onPaired(): void;
  /** What the other side sent, at most `MAX_RELAY_BYTES`. Nothing says yet who it is. */
  onMessage(bytes: Uint8Array): void;
  /** A guest knocked at the door that this page keeps open, and waits at this meeting. */
  onKnock?(meeting: string): void;
  /** The other side has been notified that this one waits, and decides. */
  onWait?(): void;
  /** A remembered device rings at one of the ids that this page has announced. */
  onRing?(id: string): void;
  onPeerLeft(): void;
  /** The place is given up. `replaced`: by another page of the same side, so do not fight over it. */
  onExpired(reason: ExpiredReason): void;
  /**
   * Asked when the page has just slept and something is heard: `true` when the place can be taken back on a
   * new connection. What waited in the old one may be about a connection that the server gave up long ago.
   */
  canReturn?(): boolean;
  /** Milliseconds; default: `Date.now`. */
  now?(): number;
}

export interface SignalingClient {
  /** Opens a room; gives up the place held before. */
  open(): Promise<OpenAck>;
  /**
   * Takes back, on this connection, the room that another one opened; rejects with `code-unknown` when it is
   * gone.
   */
  reopen(token: string): Promise<ReopenAck>;
  /**
   * Joins the room of a slot. Whatever the outcome, the code is used up. `hello` is handed to the other side,
   * as if sent, before the first `onPaired`.
   */
  join(slot: string, hello?: Uint8Array): Promise<JoinAck>;
  /** Waits for the host of a room that stays open: see `onPaired`. Rejects when there is no such door. */
  knock(id: string): Promise<JoinAck>;
  /** Keeps a door open at which others knock; no place, so what is held is kept. */
  openDoor(id: string, token: string): Promise<void>;
  closeDoor(id: string, token: string): Promise<void>;
  /** Whoever waits at this meeting hears that it is not let in. Rejects with `code-unknown`: no one waits. */
  turnAway(meeting: string): Promise<void>;
  /** Whoever waits at this meeting hears that this side has been notified, and decides. Rejects likewise. */
  letWait(meeting: string): Promise<void>;
  /** Where this page can be rung, instead of before; no place. Kept by the server until the socket ends. */
  present(ids: readonly string[]): Promise<void>;
  /** Rings at the first of these at which a page is → its place in the list; -1: none. */
  ring(ids: readonly string[]): Promise<number>;
  /** Meets the other side of a dropped session, now or later: see `onPaired`. */
  rejoin(id: string, party: Party): Promise<RejoinAck>;
  /** Destroys the own room, or ends the pair, after a wrong code. */
  burn(): Promise<void>;
  /** `false`: not connected, or too long; the bytes are dropped. Never kept for a later connection. */
  send(bytes: Uint8Array): boolean;
  /** Gives up the place; the other side is notified. */
  leave(): Promise<void>;
  /** The page was frozen: what it takes for a connection may be none. Connects anew. */
  renew(): void;
  /** Ends the connection for good. */
  close(): void;
}

/** Why the server could not do it. `detail` is for the log. */
export class SignalingError extends Error {
  override name = 'SignalingError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

/** After a refusal the same connection would be refused again; limits are counted by the minute. */
const REFUSED_RETRY_MS = 10_000;

/**
 * How often the page looks at the clock, and how late that look is when the page or the machine has slept
 * (ms).
 */
const LOOK_MS = 1000;
const SLEPT_MS = 5000;

type Answered = (error: Error | null, value?: unknown) => void;

const problems: Record<SignalingErrorCode, ProblemCode> = {
  'code-unknown': 'code-unknown',
  'too-many-attempts': 'too-many-attempts',
  busy: 'server-busy',
  malformed: 'protocol-violation',
  'not-paired': 'peer-left',
};

/** Connects at once, and again whenever the connection is lost, until `close`. */
export function createSignalingClient(options: SignalingClientOptions): SignalingClient {
  const socket = takeSocket(options.server);
  const waiters = new Set<(error?: SignalingError) => void>();
  const settle = (error?: SignalingError) => {
    for (const waiter of waiters) waiter(error);
    waiters.clear();
  };
  let closed = false;
  /**
   * Requests for another place (or none) without an answer. What the server says before the answer is about
   * the place that was just given up: a stranger's by now.
   */
  let moving = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const retryLater = () => {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), REFUSED_RETRY_MS);
  };

  const now = (): number => options.now?.() ?? Date.now();
  let looked = now();
  /** Whether what is heard now waited while the page slept; the connection is then given up for a new one. */
  const staleAfterSleep = (): boolean => {
    const slept = now() - looked >= SLEPT_MS;
    looked = now();
    if (!slept || options.canReturn?.() !== true) return false;
    socket.io.engine.close();
    return true;
  };
  const look = setInterval(staleAfterSleep, LOOK_MS);

  socket.on('connect', () => {
    looked = now();
    settle();
    options.onOnline(true);
  });
  // Opened ahead: reported as if it were just now, once our owner is ready to hear it.
  if (socket.connected) {
    queueMicrotask(() => {
      if (!closed && socket.connected) options.onOnline(true);
    });
  }
  socket.on('disconnect', (reason) => {
    // Sent before, meant for a place that is gone.
    socket.sendBuffer = [];
    if (reason === 'io server disconnect') retryLater();
    options.onOnline(false);
  });
  socket.on('connect_error', (error) => {
    // Still active: the network or a restart, Socket.IO tries again by itself. Otherwise the server refused
    // us.
    if (socket.active) return;
    const code = error.message === 'too-many-attempts' ? 'too-many-attempts' : 'server-away';
    settle(new SignalingError(code, `connection refused: ${error.message}`));
    retryLater();
  });
  socket.on('paired', () => {
    if (moving === 0 && !staleAfterSleep()) options.onPaired();
  });
  socket.on('message', (data: unknown) => {
    const bytes = bytesOf(data);
    if (bytes && moving === 0 && !staleAfterSleep()) options.onMessage(bytes);
  });
  socket.on('knock', (knock: unknown) => {
    const parsed = v.safeParse(knockSchema, knock);
    if (parsed.success) options.onKnock?.(parsed.output.id);
  });
  socket.on('wait', () => {
    if (moving === 0) options.onWait?.();
  });
  socket.on('ring', (ring: unknown) => {
    const parsed = v.safeParse(knockSchema, ring);
    if (parsed.success) options.onRing?.(parsed.output.id);
  });
  socket.on('peer-left', () => {
    if (moving === 0 && !staleAfterSleep()) options.onPeerLeft();
  });
  socket.on('expired', (why: unknown) => {
    const parsed = v.safeParse(expiredSchema, why);
    if (moving === 0) options.onExpired(parsed.success ? parsed.output.reason : 'time');
  });

  const online = () =>
    new Promise<void>((resolve, reject) => {
      if (closed) return reject(new SignalingError('server-away', 'closed'));
      if (socket.connected) return resolve();
      const away = () => waiter(new SignalingError('server-away', 'no connection'));
      const timer = setTimeout(away, ANSWER_MS);
      const waiter = (error?: SignalingError) => {
        clearTimeout(timer);
        waiters.delete(waiter);
        if (error) reject(error);
        else resolve();
      };
      waiters.add(waiter);
    });

  /** Every request but `relay` and those about doors and rings is for another place. */
  const ask = async <S extends v.GenericSchema>(
    schema: S,
    emit: (within: ReturnType<typeof socket.timeout>, answered: Answered) => unknown,
    { answerMs = ANSWER_MS, moves = true } = {},
  ): Promise<v.InferOutput<S>> => {
    // What a page says as it goes leaves before this returns.
    if (closed || !socket.connected) await online();
    const answer = await new Promise<unknown>((resolve, reject) => {
      if (moves) moving++;
      // Counted here and not behind the promise: what follows the answer may arrive in the same turn.
      emit(socket.timeout(answerMs), (error, value) => {
        if (moves) moving--;
        if (error) {
          // The network may be another one since, which a socket notices after a minute.
          if (socket.connected) socket.io.engine.close();
          reject(new SignalingError('server-away', String(error)));
        } else resolve(value);
      });
    });
    const refusal = v.safeParse(errorAckSchema, answer);
    if (refusal.success) throw new SignalingError(problems[refusal.output.error], refusal.output.error);
    const parsed = v.safeParse(schema, answer);
    if (!parsed.success) throw new SignalingError('protocol-violation', 'the server answered nonsense');
    return parsed.output;
  };

  /** Others wait for what these say, also where this page leaves. */
  const saying = new Set<Promise<unknown>>();
  const aboutDoor = async (
    emit: (within: ReturnType<typeof socket.timeout>, answered: Answered) => unknown,
  ): Promise<void> => {
    if (closed || !socket.connected) return;
    const said = ask(emptyAckSchema, emit, { moves: false });
    saying.add(said);
    try {
      await said;
    } finally {
      saying.delete(said);
    }
  };

  return {
    open: () => ask(openAckSchema, (within, answered) => within.emit('open', {}, answered)),
    reopen: (token) => ask(reopenAckSchema, (within, answered) => within.emit('reopen', { token }, answered)),
    join: (slot, hello) => {
      const request = hello === undefined ? { slot } : { slot, hello };
      return ask(joinAckSchema, (within, answered) => within.emit('join', request, answered));
    },
    rejoin: (id, party) =>
      ask(rejoinAckSchema, (within, answered) => within.emit('rejoin', { id, party }, answered), {
        answerMs: REJOIN_ANSWER_MS,
      }),
    knock: (id) => ask(joinAckSchema, (within, answered) => within.emit('knock', { id }, answered)),
    openDoor: (id, token) =>
      aboutDoor((within, answered) => within.emit('open-door', { id, token }, answered)),
    closeDoor: (id, token) =>
      aboutDoor((within, answered) => within.emit('close-door', { id, token }, answered)),
    present: (ids) => aboutDoor((within, answered) => within.emit('present', { ids: [...ids] }, answered)),
    ring: async (ids) => {
      const ringing = (within: ReturnType<typeof socket.timeout>, answered: Answered) =>
        within.emit('ring', { ids: [...ids] }, answered);
      return (await ask(ringAckSchema, ringing, { moves: false })).at;
    },
    turnAway: (id) => aboutDoor((within, answered) => within.emit('turn-away', { id }, answered)),
    letWait: (id) => aboutDoor((within, answered) => within.emit('let-wait', { id }, answered)),
    burn: async () => {
      // Without a connection there is no place left to burn.
      if (socket.connected)
        await ask(emptyAckSchema, (within, answered) => within.emit('burn', {}, answered));
    },
    leave: async () => {
      if (socket.connected)
        await ask(emptyAckSchema, (within, answered) => within.emit('leave', {}, answered));
    },
    send: (bytes) => {
      // Socket.IO would keep it for the next connection, where it means nothing.
      if (!socket.connected || bytes.length === 0 || bytes.length > MAX_RELAY_BYTES) return false;
      socket.emit('relay', bytes, (answer: unknown) => {
        // What was said is lost, so the handshake is: on a new connection the two sides meet anew.
        const refused = v.safeParse(errorAckSchema, answer);
        if (refused.success && refused.output.error === 'busy' && socket.connected) socket.io.engine.close();
      });
      return true;
    },
    renew: () => {
      if (socket.connected) socket.io.engine.close();
    },
    close: () => {
      closed = true;
      clearInterval(look);
      clearTimeout(retry);
      socket.removeAllListeners();
      settle(new SignalingError('server-away', 'closed'));
      // Each ends with its answer, or after `ANSWER_MS`.
      void Promise.allSettled(saying).then(() => socket.disconnect());
    },
  };
}

function bytesOf(data: unknown): Uint8Array | undefined {
  const bytes =
    data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : data instanceof Uint8Array
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : undefined;
  return bytes && bytes.length > 0 && bytes.length <= MAX_RELAY_BYTES ? bytes : undefined;
}
