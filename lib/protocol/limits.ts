/** Every bound of the protocol, with its reason. `docs/PROTOCOL.md` repeats these numbers. */
import type { Millis } from './endpoint.ts';

/** Picture bytes in a chunk: the unit a person sees in the log and the chunk map. */
export const CHUNK_LENGTH = 1024;

/** A lane message above this leaves Chromium as two SCTP packets, and the loss of either loses both. */
export const MAX_PACKET = 1156;

/**
 * DATA packets in one lane message, on a path that loses nothing: they are lost together. Ten fill nine of
 * Chromium's SCTP packets to the brim, and what a message costs beside its bytes is paid once.
 */
export const MAX_MESSAGE_PACKETS = 10;

/**
 * Chunks in a full block: 64 KB decode in well under a millisecond, and the front of the picture grows
 * smoothly.
 */
export const MAX_BLOCK_CHUNKS = 64;

/** GF(256) has 256 points for a block's Cauchy rows and columns together. */
export const MAX_SYMBOLS = 256;

/**
 * Largest picture: 2^24 blocks would be 1 TB; a gigabyte and a half is what people have, 8 GB leaves room.
 */
export const MAX_FILE_BYTES = 8 * 1024 ** 3;

/** UTF-8 bytes of a file name: what common file systems take. */
export const MAX_NAME_BYTES = 255;

/** UTF-8 bytes of a media type (RFC 6838 allows 127 + 1 + 127). */
export const MAX_TYPE_BYTES = 255;

/** UTF-8 bytes of a person's name. */
export const MAX_PERSON_BYTES = 120;

/** A thumb travels inside the header, which must stay one small control message. */
export const MAX_THUMB_BYTES = 1024;

/** A preview is one block, so that it is whole or repaired at once. */
export const MAX_PREVIEW_BYTES = MAX_BLOCK_CHUNKS * CHUNK_LENGTH;

/**
 * Offers whose previews a sender sends before they are answered, so that an accepted picture appears at once:
 * what a person sees of an album at a time. A receiver holds twice as many, a megabyte or two, since an
 * answer takes its time to be heard.
 */
export const MAX_EARLY_PREVIEWS = 16;

/** Packets of one such preview, for each of its chunks: there may be a receiver that never takes it. */
export const EARLY_PREVIEW_EFFORT = 4;

/** Packets of previews that a receiver keeps for offers still on their way: those of one, however large. */
export const MAX_UNOFFERED_PACKETS = 64;

/**
 * Longest side that a header may claim: JPEG and WebP count to 65,535, AVIF and PNG beyond; nobody's camera
 * does.
 */
export const MAX_SIDE = 1_000_000;

/** A control message, header and reports included. */
export const MAX_CONTROL_BYTES = 16 * 1024;

/** Transfers a session may number; stream numbers are 16 bits, two for each transfer. */
export const MAX_TRANSFER = 32_767;

/**
 * Transfers that go on at a time, those waiting for an answer among them: an album of a holiday, not a flood.
 */
export const MAX_WAITING_OFFERS = 2_000;

/**
 * Offers of one session that wait, or were taken back by the sender before anyone answered: each of the
 * album's pictures offered, and prepared otherwise three times over. Beyond this the receiver ends the
 * session.
 */
export const MAX_UNANSWERED_OFFERS = 4 * MAX_WAITING_OFFERS;

/**
 * Transfers that are over and still known: late messages about them arrive within seconds, of a hundred small
 * pictures each.
 */
export const MAX_REMEMBERED = 512;

/**
 * Numbers that one run of a report may name: a block's chunks. So the work for a message is bounded by its
 * length.
 */
export const MAX_RUN = MAX_BLOCK_CHUNKS;

/**
 * Packets that a transfer may cost its sender, for each of its chunks: at 90 % loss ten are needed. And what
 * it may cost beyond that however small it is: half a minute of the least rate, and what is on its way when a
 * path goes silent.
 */
export const SENDING_EFFORT = 16;
export const SENDING_ALLOWANCE = 8_192;

/**
 * Blocks a sender keeps open (sent, not yet whole at the receiver): 16 MB, a bandwidth-delay product of
 * 640 Mbit/s at 200 ms. Bounds the memory of both sides whatever the file's size.
 */
export const MAX_OPEN_BLOCKS = 256;

/**
 * Unfinished blocks a receiver keeps over all its transfers: those of one, and as many of the next ones that
 * begin while its last are repaired. Without it every transfer accepted at once could fill its own 16 MB.
 */
export const MAX_UNFINISHED_BLOCKS = 2 * MAX_OPEN_BLOCKS;

/**
 * Transfers that may be paused when some of their bytes have crossed: each keeps its open blocks. The
 * receiver asks for half of that, so that one which is on its way does not count against it.
 */
export const MAX_PAUSED = 16;

/**
 * Lane bytes of a session that serve no accepted picture: at first what a sender has on its way at most (a
 * picture may be cancelled while it flows), and then by the second. Those that serve one make up for as many.
 */
export const USELESS_BYTES_AT_FIRST = MAX_OPEN_BLOCKS * MAX_BLOCK_CHUNKS * CHUNK_LENGTH;
export const USELESS_BYTES_PER_SECOND = 512 * 1024;

/** Blocks asked from the disk before they are needed. */
export const READ_AHEAD_BLOCKS = 16;

/** Lanes that feedback can name at once; the rest follow in the next one. */
export const MAX_FEEDBACK_LANES = 120;

/** Streams that feedback can speak of: the original and preview of two pictures that overlap. */
export const MAX_FEEDBACK_STREAMS = 4;

/** Lanes a session may open: see `docs/PROTOCOL.md`, "Lanes". */
export const MAX_LANES = 192;

/** Without a single packet for this long while lanes are open, a transfer has failed (ms). */
export const MAX_SILENCE: Millis = 30_000;

/**
 * After the sender's count late packets are still counted for this long, or until all have arrived, so that
 * the figures add up (ms). Chromium keeps a packet back for up to a second in a lane whose window a time-out
 * has closed.
 */
export const LINGER: Millis = 1500;

/** How long that count is waited for: a control channel that loses packets may need some seconds (ms). */
export const MAX_SENT_WAIT: Millis = 5_000;
