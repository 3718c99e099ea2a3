/** Every bound of the transport, with its reason. */
import { MAX_LANES } from '../protocol/limits.ts';

/**
 * Bytes of one lane that may wait in the browser: about five windows of an association after a loss and half
 * a second of decisions.
 */
export const MAX_LANE_BUFFER_BYTES = 64 * 1024;

/**
 * Bytes of control messages given to the browser at a time; the rest waits here, where closing can see it.
 */
export const MAX_CONTROL_BUFFER_BYTES = 64 * 1024;

/**
 * Bytes of control messages that may wait here. Beyond this the session is writing faster than any path it
 * runs on.
 */
export const MAX_CONTROL_QUEUE_BYTES = 4 * 1024 * 1024;

/**
 * Control messages taken from the other side over one channel, lane signals included. An album of 2,000 small
 * pictures fits, even if all of them were finished in the moment in which they are accepted; its offers with
 * the largest thumbs are 3.5 MB. Beyond it the session ends as `flooded`: what waits takes memory, and keeps
 * a page busy before anyone has pressed anything.
 */
export const CONTROL_MESSAGES_AT_FIRST = 6_500;
export const CONTROL_MESSAGES_PER_SECOND = 1_000;
export const CONTROL_BYTES_AT_FIRST = 6 * 1024 * 1024;
export const CONTROL_BYTES_PER_SECOND = 1024 * 1024;

/** Longest control message: Chromium's default `a=max-message-size` is 256 KiB; every browser takes this. */
export const MAX_CONTROL_MESSAGE_BYTES = 64 * 1024;

/**
 * A lane costs about 1 MB in each renderer and CPU for its handshake; 192 fill 50 Mbit/s at 150 ms with
 * windows after a loss.
 */
export const DIRECT_LANES = MAX_LANES;

/**
 * Behind a router that shares an address. Each lane is a port of its own there, and two entries of its table:
 * one towards the other side, one towards STUN (counted with conntrack, docs/NETWORKS.md). Where addresses
 * are shared further (MAP-E) a whole household has as few as 240 ports: this leaves it more than half.
 */
export const NAT_LANES = 96;

/**
 * Over a relay every lane is an allocation that its operator pays for; coturn's usual quota is 12 a person.
 */
export const RELAYED_LANES = 8;

/**
 * Connections of a page, closed ones that are not collected yet included, beyond which it makes no lane.
 * Chromium refuses the 501st, whatever it is for: a session that was lost several times in a row could not
 * be found again, and nobody else could join the room. What is left is for first connections.
 */
export const MAX_WITH_LANES = 400;

/**
 * Handshakes at a time. Each takes six round trips: with 32 at a time a path of 300 ms had no more than those
 * when its first picture was accepted. How many are begun in a turn keeps the page's thread free.
 */
export const MAX_LANES_OPENING = 64;

/** Connections made in one turn: each takes the page's thread about 3 ms, and no task may take 50. */
export const LANES_PER_TURN = 4;

/**
 * Lanes that the answering side lets open: all of a session's at once, and then by the second. An initiator
 * that closes its lanes after a minute of rest and opens all again stays within it; one that opens and
 * withdraws without end takes a tenth of the page's thread.
 */
export const LANES_AT_FIRST = DIRECT_LANES;
export const LANES_PER_SECOND = 32;

/** A lane that is not open by now has lost several handshake packets in a row: a new one is faster. */
export const LANE_OPEN_MS = 10_000;

/**
 * The first connection: both sides have just spoken with each other, and a relay over TCP and TLS on a bad
 * path is open in five. Browsers give a path up after 15 s by themselves; a person waits no longer than 20 to
 * be told.
 */
export const FIRST_OPEN_MS = 18_000;

/**
 * ICE says "disconnected" after a few seconds without an answer and often recovers; after this long more it
 * is dead.
 */
export const SILENCE_MS = 10_000;

/** After a failed lane: first wait, doubled each time, and the longest. */
export const RETRY_MS = 500;
export const MAX_RETRY_MS = 30_000;

/** Lane signals of this many milliseconds travel in one control message. */
export const SIGNAL_BATCH_MS = 4;

/** Longest lane-signal message in bytes, well below what one control message may hold. */
export const MAX_SIGNAL_BATCH_BYTES = 12 * 1024;

/**
 * Longest SDP taken from the other side: Chromium's for one data channel is about 500 bytes without
 * candidates.
 */
export const MAX_SDP_LENGTH = 16 * 1024;

/** Candidates taken for one connection: a laptop with several networks and two relays offers about 20. */
export const MAX_CANDIDATES = 64;

/** How long `close` waits for the other side's confirmation: several round trips of a bad path. */
export const CLOSE_DRAIN_MS = 2_000;

/** How often the buffers of lanes that were written to are looked at. */
export const BACKLOG_SAMPLE_MS = 8;

/**
 * How long a packet counts as held although it has left: the way of the news between the browser's threads.
 */
export const BACKLOG_SETTLE_MS = 12;
