/**
 * What crosses between a page and the signaling server, with its caps. Shared with
 * `lib/session/connection/signaling-client.ts`: each side checks what the other sends, since neither trusts
 * the other.
 *
 *   client → server, each with an acknowledgement        server → client
 *   open   {}            → { slot, token, expiresAt, iceServers }   paired    {}
 *   reopen { token }     → { expiresAt, iceServers }                message   bytes
 *   join   { slot, hello? } → { iceServers }                        peer-left {}
 *   rejoin { id, party }  → { iceServers, waiting }                  expired   { reason }
 *   burn   {}            → {}
 *   relay  bytes         → {}
 *   leave  {}            → {}
 *   open-door  { id, token } → {}                                   knock     { id }
 *   close-door { id, token } → {}
 *   knock      { id }        → { iceServers }
 *   turn-away  { id }        → {}
 *   let-wait   { id }        → {}                                   wait      {}
 *   present    { ids }       → {}                                    ring      { id }
 *   ring       { ids }       → { at }
 *
 * `paired` comes after the acknowledgement of the request that led to it, and begins a pairing anew each
 * time. The first one after a `join` with a `hello` is followed by that, as a message to the host: a round
 * trip less.
 *
 * `turn-away` and `let-wait` are about whoever waits alone at a meeting; where no one does, they are
 * `code-unknown`.
 *
 * Any acknowledgement may be `{ error: SignalingErrorCode }` instead.
 */
import * as v from 'valibot';
import {
  MAX_HELLO_BYTES,
  MAX_ICE_URL_LENGTH,
  MAX_ICE_URLS,
  MAX_PRESENT_IDS,
  MAX_RELAY_BYTES,
  MAX_RING_IDS,
  MAX_SLOT_DIGITS,
} from './limits.ts';

/**
 * `code-unknown`: missing, used and expired codes look exactly alike, so there is no "room full" to learn
 * either. `busy`: the server holds as much as it can, or what it shares
 * with others is away; try later. `malformed`: ours to fix. `not-paired`:
 * nobody to relay to.
 */
const signalingErrorCodes = ['code-unknown', 'too-many-attempts', 'malformed', 'busy', 'not-paired'] as const;
/** One of the codes above. */
export type SignalingErrorCode = (typeof signalingErrorCodes)[number];

/** Spoken aloud: digits, none of them leading zeros. */
export const slotSchema = v.pipe(v.string(), v.regex(new RegExp(`^[1-9][0-9]{0,${MAX_SLOT_DIGITS - 1}}$`)));

/** 128 bits: 32 hex digits, or 22 characters of base64url. */
export const rendezvousSchema = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{32}|[A-Za-z0-9_-]{22})$/));

/** What a host takes its room back with: 128 random bits, made by the server. */
export const tokenSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/));

/** Requests, as the server checks them. */
export const emptySchema = v.strictObject({});
export const reopenSchema = v.strictObject({ token: tokenSchema });
export const joinSchema = v.strictObject({
  slot: slotSchema,
  hello: v.exactOptional(v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(MAX_HELLO_BYTES))),
});
export const rejoinSchema = v.strictObject({
  id: rendezvousSchema,
  party: v.picklist(['host', 'guest']),
});
/** A door's id and the token that it is kept by, both made by the page; the id of a meeting. */
export const doorSchema = v.strictObject({ id: rendezvousSchema, token: tokenSchema });
export const knockSchema = v.strictObject({ id: rendezvousSchema });
/** Where this page can be rung from now on, instead of before. */
export const presentSchema = v.strictObject({
  ids: v.pipe(v.array(rendezvousSchema), v.maxLength(MAX_PRESENT_IDS)),
});
/** Rings at the first of these at which a page is. */
export const ringSchema = v.strictObject({
  ids: v.pipe(v.array(rendezvousSchema), v.minLength(1), v.maxLength(MAX_RING_IDS)),
});
export const relaySchema = v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(MAX_RELAY_BYTES));

const urlsSchema = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/^(?:stun|turn)s?:/), v.maxLength(MAX_ICE_URL_LENGTH))),
  v.maxLength(MAX_ICE_URLS),
);
/** One entry of `RTCConfiguration.iceServers`. */
export const iceServerSchema = v.object({
  urls: urlsSchema,
  username: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
  credential: v.exactOptional(v.pipe(v.string(), v.maxLength(200))),
});
const iceServersSchema = v.pipe(v.array(iceServerSchema), v.maxLength(8));

/** Acknowledgements, as the page checks them. */
export const errorAckSchema = v.object({ error: v.picklist(signalingErrorCodes) });
export const openAckSchema = v.object({
  slot: slotSchema,
  token: tokenSchema,
  /** Unix milliseconds. */
  expiresAt: v.pipe(v.number(), v.finite()),
  iceServers: iceServersSchema,
});
export const reopenAckSchema = v.object({
  expiresAt: v.pipe(v.number(), v.finite()),
  iceServers: iceServersSchema,
});
export const joinAckSchema = v.object({ iceServers: iceServersSchema });
export const rejoinAckSchema = v.object({ iceServers: iceServersSchema, waiting: v.boolean() });
/** The place of that id in the list; -1: no page is at any of them. */
export const ringAckSchema = v.object({
  at: v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(MAX_RING_IDS - 1)),
});
export const emptyAckSchema = v.object({});
export const expiredSchema = v.object({ reason: v.picklist(['time', 'replaced', 'occupied']) });

/** What the schemas above let through. */
export type IceServer = v.InferOutput<typeof iceServerSchema>;
export type OpenAck = v.InferOutput<typeof openAckSchema>;
export type RingAck = v.InferOutput<typeof ringAckSchema>;
export type ReopenAck = v.InferOutput<typeof reopenAckSchema>;
export type JoinAck = v.InferOutput<typeof joinAckSchema>;
export type RejoinAck = v.InferOutput<typeof rejoinAckSchema>;
/**
 * `time`: no one joined within the limit. `replaced`: another connection of the same side took this place.
 * `occupied`: the other side is connected with another one, or its person said no.
 */
export type ExpiredReason = v.InferOutput<typeof expiredSchema>['reason'];

type Ack<T> = (answer: T | { error: SignalingErrorCode }) => void;
type Nothing = Record<string, never>;

/** Events of a page, for Socket.IO's types. */
export interface ClientToServer {
  open: (request: Nothing, ack: Ack<OpenAck>) => void;
  reopen: (request: { token: string }, ack: Ack<ReopenAck>) => void;
  join: (request: { slot: string; hello?: Uint8Array }, ack: Ack<JoinAck>) => void;
  rejoin: (request: { id: string; party: 'host' | 'guest' }, ack: Ack<RejoinAck>) => void;
  burn: (request: Nothing, ack: Ack<Nothing>) => void;
  'open-door': (request: { id: string; token: string }, ack: Ack<Nothing>) => void;
  'close-door': (request: { id: string; token: string }, ack: Ack<Nothing>) => void;
  knock: (request: { id: string }, ack: Ack<JoinAck>) => void;
  'turn-away': (request: { id: string }, ack: Ack<Nothing>) => void;
  'let-wait': (request: { id: string }, ack: Ack<Nothing>) => void;
  present: (request: { ids: string[] }, ack: Ack<Nothing>) => void;
  ring: (request: { ids: string[] }, ack: Ack<RingAck>) => void;
  relay: (bytes: Uint8Array, ack: Ack<Nothing>) => void;
  leave: (request: Nothing, ack: Ack<Nothing>) => void;
}

/** Events of the server, for Socket.IO's types. */
export interface ServerToClient {
  paired: (nothing: Nothing) => void;
  knock: (at: { id: string }) => void;
  ring: (at: { id: string }) => void;
  message: (bytes: Uint8Array) => void;
  'peer-left': (nothing: Nothing) => void;
  /** The other side has been notified of this one, and decides whether to let it in. */
  wait: (nothing: Nothing) => void;
  expired: (why: { reason: ExpiredReason }) => void;
}
