/**
 * What a session shows of itself: plain values that the pages draw. The pages decide nothing; the session
 * decides and publishes a new snapshot (new identity) whenever something changed, a few times a second for
 * progress.
 */
import type { PartHere } from '../storage/unfinished-record.ts';
import type { PausedBy, TransferState } from './transfer-state.ts';

export type { PartHere, PausedBy, TransferState };

/** Which way pictures go: the page that gives them away, or the one that gets them. */
export type Role = 'sender' | 'receiver';

/** Who shows the code and who enters it: independent of which way the pictures go. */
export type Party = 'host' | 'guest';

/** Of the connection between the two browsers; `docs/ARCHITECTURE.md`, "States", has the transitions. */
export type ConnectionState = 'waiting' | 'connecting' | 'connected' | 'reconnecting' | 'closed' | 'failed';

/** A closed set: each has one sentence in the text catalogue that says what happened and what to do. */
export type ProblemCode =
  // signaling and pairing
  | 'server-away'
  | 'server-busy'
  | 'code-malformed'
  | 'code-unknown'
  | 'code-guessed'
  /**
   * The pairing ended after this side had proved that it knows the words: the other side may have tested a
   * guess.
   */
  | 'code-perhaps-guessed'
  | 'code-expired'
  /** The room's host is connected with another guest. */
  | 'room-occupied'
  | 'code-forgotten'
  | 'too-many-attempts'
  | 'version-mismatch'
  | 'tampered'
  /** Both sides want to send, or both to receive. */
  | 'same-role'
  // remembered devices
  /** It has no page open, or has forgotten this one. */
  | 'device-away'
  /** It was rung, and did not answer. */
  | 'device-silent'
  /** It is connected, or shows a code, and its person has not let this one in. */
  | 'device-busy'
  /** Both have the same page open. */
  | 'device-same-page'
  /** A secret came back that was used before: two devices have it. */
  | 'device-copied'
  // connection
  | 'no-path'
  | 'no-helpers'
  | 'strict-networks'
  | 'udp-blocked-here'
  | 'udp-blocked-there'
  | 'relay-away'
  | 'relay-missing'
  | 'connection-lost'
  | 'peer-left'
  | 'peer-failed'
  | 'flooded'
  | 'webrtc-missing'
  | 'webrtc-missing-there'
  /** A script of this page could not be loaded: the server has a newer version, or there is no network. */
  | 'page-outdated'
  // transfer
  | 'digest-mismatch'
  | 'source-unreadable'
  | 'source-changed'
  | 'storage-full'
  | 'storage-failed'
  | 'too-large'
  | 'timed-out'
  | 'interrupted'
  /** The sender's page was loaded anew, and may go on with it. */
  | 'sender-returned'
  | 'protocol-violation'
  | 'cancelled-here'
  | 'cancelled-there';

/** Why a session or a transfer ended; each code has a sentence in `app/text/`. */
export interface Problem {
  code: ProblemCode;
  /** For the log, never shown alone. */
  detail?: string;
}

/** An open room, as the other person needs it. */
export interface Room {
  /** `slot-word-word`, for one guest; a fresh one follows by itself. */
  code: string;
  /** The page to open, with the secret in the fragment; works until the room is closed. */
  link: string;
  /** Of the code, Unix milliseconds. */
  expiresAt: number;
}

/** Defined in `docs/PROTOCOL.md`, section "Figures". All are counts of the original's chunks or packets. */
export interface Figures {
  chunksTotal: number;
  /** Distinct chunks present at the receiver (received or rebuilt). */
  chunksReceived: number;
  /** Chunks that did not arrive in their first packet. */
  chunksLost: number;
  /** Chunks rebuilt from repair symbols. */
  chunksRepaired: number;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  /** Repair symbols and chunks sent again. */
  retransmitted: number;
  /** Packets that brought nothing new. */
  duplicates: number;
  /** 100 · packetsLost / packetsSent */
  lossPercent: number;
  /** 100 · chunksReceived / chunksTotal */
  successPercent: number;
  /** Verified bytes of the original so far, and those of the contiguous front. */
  bytesReceived: number;
  prefixBytes: number;
  /** Bytes a second now, and over the whole transfer. */
  rate: number;
  averageRate: number;
  /** Seconds since accepted, and until done at the present rate. */
  seconds: number;
  secondsLeft?: number;
  /** Round-trip time, ms. */
  roundTrip?: number;
  lanes: number;
}

/**
 * One picture as a card shows it. `bytes` is the original's length, `width` and `height` are pixels as seen.
 */
export interface TransferSnapshot {
  id: string;
  name: string;
  /** MIME type as found in the bytes by the sender; the receiver decides anew from the bytes it has. */
  type: string;
  byteLength: number;
  width?: number;
  height?: number;
  /** Unix milliseconds, of the original file. */
  modified: number;
  state: TransferState;
  /** Who wants it to rest; without a connection it rests anyway. */
  paused?: PausedBy;
  problem?: Problem;
  figures: Figures;
  /** Hex; on the sender known once prepared, on the receiver as announced, then verified. */
  sha256?: string;
  /** ThumbHash of the picture, at most 1 KB. */
  thumb?: Uint8Array;
  /** A small WebP of the picture, once whole. */
  preview?: Blob;
  /** Bytes hashed so far while preparing (0 … 1). */
  prepared?: number;
  /** The receiver's: in which of its meetings it was offered, and by whom. */
  meeting?: number;
  sender?: string;
  /** The receiver's: what is kept of one that ended before it was whole. */
  part?: PartHere;
  /** The receiver's, of an offer: bytes for which there is room, once too few; `Infinity`: enough now. */
  space?: number;
}

/** Everything a page shows of a session; replaced as a whole, never changed. */
export interface SessionSnapshot {
  role: Role;
  connection: ConnectionState;
  problem?: Problem;
  /** Until when the other side is searched for while `reconnecting`, Unix milliseconds. */
  searchUntil?: number;
  /** `failed`, and `Session.continue` searches once more. */
  canContinue?: boolean;
  /** The signaling server is reachable. */
  serverOnline: boolean;
  peerName?: string;
  room?: Room;
  path?: 'direct' | 'relayed';
  /** Short words or digits to compare on both screens. */
  fingerprint?: string;
  /** While connected. */
  remembered?: RememberedBy;
  /** The remembered device on the other side, by its name in this browser's list. */
  device?: string;
  lanes: number;
  /** Counts the codes by which this page met others; there while one of them is. */
  meeting?: number;
  /** That one is a remembered device which has rung, and no one has pressed anything here. */
  unasked?: boolean;
  /** The sender's: who has the room's link, or is remembered, and waits to be let in, each by an id. */
  visitors?: readonly string[];
  /** Which of them are remembered devices: their names in this browser's list. */
  callers?: Readonly<Record<string, string>>;
  /** More people may be let into the room of this page. */
  canInvite?: boolean;
  /** This page waits until the room's host lets it in. */
  waitsAtDoor?: boolean;
  /** The receiver's: the other side's page takes pictures, too (`ReceiverSession.sendBack`). */
  invited?: boolean;
  /** The receiver's: everything of the sender connected now is accepted. Ends with that session. */
  autoAccept?: boolean;
  /** The receiver's, where the browser stores nothing on disk: bytes that it holds in memory at most. */
  memoryLimit?: number;
  transfers: readonly TransferSnapshot[];
}

/**
 * One cell a chunk (or a group of them): the worst state in the group that still matters. Defined in P-53.
 */
export const Cell = {
  waiting: 0,
  /** Received. */
  received: 1,
  /** Missing, and later ones have arrived. */
  lost: 2,
  /** Rebuilt from the repair that was sent along. */
  repaired: 3,
  /** Lost or rebuilt, and the sender had to send more for its block. */
  retransmitted: 4,
  /** Received when it was here already. */
  duplicate: 5,
} as const;

/** The state of every chunk, for drawing: one `Cell` a byte. */
export interface ChunkMap {
  /** Chunks in a cell. */
  chunksPerCell: number;
  cells: Uint8Array;
}

/**
 * Chunk numbers in the order in which they became present; sizes and running totals follow from the chunk
 * length.
 */
export interface ChunkLog {
  order: Uint32Array;
  chunkLength: number;
  byteLength: number;
}

/** Samples a fraction of a second apart. */
export interface HistorySample {
  seconds: number;
  rate: number;
  lossPercent: number;
  /** ms; not known in the first moments. */
  roundTrip?: number;
  lanes: number;
}

/** A picture ready to be offered: what `lib/image` found out, and the bytes that will cross. */
export interface OutgoingPicture {
  readonly id: string;
  readonly blob: Blob;
  readonly name: string;
  /** MIME type, as found in the bytes. */
  readonly type: string;
  /** Unix milliseconds, of the original file. */
  readonly modified: number;
  /** Pixels, as seen. */
  readonly width?: number;
  readonly height?: number;
  readonly thumb?: Uint8Array;
  readonly preview?: Uint8Array;
  /** The receiver it was picked for (`SessionSnapshot.meeting`); none: whoever is there or joins next. */
  readonly meeting?: number;
  /** What was offered of it before this page was loaded anew: other bytes are not mixed with those. */
  readonly expected?: ExpectedBytes;
  /** The person paused it before this page was loaded anew. */
  readonly rests?: boolean;
  /** Of the bytes, where another session has made it: the file is not read once more for it. */
  readonly digest?: Uint8Array;
}

/** Which bytes a file had when it was offered. */
export interface ExpectedBytes {
  /** Hex. */
  readonly sha256: string;
  readonly byteLength: number;
}

/** A ring of, or at, a remembered device: which one, and where it leads both. */
export interface DeviceCall {
  readonly device: string;
  readonly generation: 'current' | 'previous' | 'retired';
  readonly window: number;
  /** This side has rung there; or that one here, perhaps while others were here, and was let in. */
  readonly rung: 'there' | 'here' | 'let-in';
}

/**
 * Who wants the other side to be remembered: this person, the other one, or both, and so it is.
 */
export type RememberedBy = 'nobody' | 'here' | 'there' | 'both';

/** What a session is made with; it does not change later. */
export interface SessionOptions {
  /** Address of the signaling server, `https://host[:port][/path]`. */
  server: string;
  /** Address of the page that the link of a code opens. */
  page: string;
  /** The person's name, shown to the other side after pairing. */
  name: string;
  relayOnly: boolean;
  /** It goes the other way, beside a session that has met the other side, and begins with `meet`. */
  companion?: boolean;
}

/** Where a companion session meets the other side of the session beside it. */
export interface CompanionPlace {
  readonly party: Party;
  /** As secret as the session's keys. */
  readonly secret: Uint8Array;
  /** Of the session beside it: whose person it is. */
  readonly meeting: number;
  /** This page was loaded anew since that person was met. */
  readonly returned: boolean;
  /** Names that session among those of this tab, also after a reload. */
  readonly beside: string;
}

/** What both roles share. `subscribe` is called after each new snapshot. */
export interface Session {
  snapshot(): SessionSnapshot;
  subscribe(listener: () => void): () => void;
  cancel(transfer: string): void;
  /** Lets an accepted transfer rest, or go on; on both sides. */
  pause(transfer: string, paused: boolean): void;
  /** Live views of one transfer; cheap enough to call on each animation frame. */
  chunkMap(transfer: string): ChunkMap | undefined;
  chunkLog(transfer: string): ChunkLog | undefined;
  history(transfer: string): readonly HistorySample[];
  /** Opens a room, or another one with a new code when the first was used up or expired. */
  openRoom(): void;
  /** Joins the other side's room: a typed code (`slot-word-word`) or a link's fragment. */
  join(code: string): void;
  /** Meets a remembered device without a code. */
  call(call: DeviceCall): void;
  /** Whether this person wants the other side to be remembered; it is once both do. */
  remember(wanted: boolean): void;
  /** Looks once more for the other side of a session that was given up. */
  continue(): void;
  /** The room that this page has opened: its code and its link work no longer. */
  closeRoom(): void;
  /** A companion's: goes to this place, in the place of any other. */
  meet(place: CompanionPlace): void;
  /** A companion's: the session beside it is over. What was picked or permitted was so for that person. */
  part(): void;
  /** Ends what goes on with the other side, and tells it. What has arrived stays, and another may be met. */
  hangUp(): void;
  /** Ends the session and tells the other side. */
  leave(): void;
}

/** One more person in a room, who has a session, keys and lanes of their own. */
export interface Guest {
  /** Unique within the tab, also through a reload; never another person's. */
  readonly peer: string;
  readonly session: SenderSession;
}

/** The sending page's session. */
export interface SenderSession extends Session {
  /**
   * Goes back to the session this tab was in before it was loaded anew, and opens its room again; `false`:
   * there was neither.
   */
  resume(): boolean;
  /** Those with other people of the room, likewise. */
  resumeGuests(): Guest[];
  /** One of `visitors` is met by a session of its own; `undefined`: they wait no longer. */
  letIn(visitor: string): Guest | undefined;
  refuse(visitor: string): void;
  /** A session that shows a code for one more person; `undefined`: this page has opened no room. */
  invite(): Guest | undefined;
  /** Others are in the room: whoever knocks is a visitor. */
  askFirst(on: boolean): void;
  /** Whether whoever has the room's link is let in, for this page once it is loaded anew. */
  keepEveryone(on: boolean): void;
  keptEveryone(): boolean;
  /** `hangUp` with who is in this page's room: with the link they would be back. A guest's session ends. */
  sendAway(): void;
  /** Queues pictures; each is offered as soon as a receiver is there. */
  send(pictures: readonly OutgoingPicture[]): void;
  /** `SessionSnapshot.meeting`, for who asks at each change. */
  meetingNow(): number | undefined;
  /** Offers a failed, cancelled or declined picture again, to whoever is there or joins next. */
  retry(transfer: string): void;
  /** One of before this page was loaded anew is not sent any more: the receiver's need not wait for it. */
  callOff(name: string, expected: ExpectedBytes): void;
  /** Offers a picture that is held, likewise. */
  offerHeld(transfer: string): void;
  /** Sends no faster from now on, Mbit/s; 0: as fast as the path carries. */
  limitRate(megabits: number): void;
  /** First bytes of the file header as it goes over the wire, for the demonstration view. */
  headerBytes(transfer: string): Uint8Array | undefined;
  /** Where the receiver's page waits with pictures for this one; another object each time it says so. */
  sentBack(): CompanionPlace | undefined;
}

/** The receiving page's session. */
export interface ReceiverSession extends Session {
  /**
   * Goes back to the session this tab was in before it was loaded anew, and opens its room again; `false`:
   * there was neither.
   */
  resume(): boolean;
  accept(transfer: string): void;
  decline(transfer: string): void;
  /** Tells the sender's page to wait for pictures of this one; `undefined`: it is not there. */
  sendBack(): CompanionPlace | undefined;
  /** Accept everything of this sender from now on. */
  setAutoAccept(on: boolean): void;
  /** Bytes [from, to) of the original, inside the contiguous front (`prefixBytes`). */
  read(transfer: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The person has these; their stored copies go when this page is left. `readFor`: how long a download may
   * still read them, ms.
   */
  markSaved(transfers: readonly string[], readFor: number): void;
  /** A download may read it, or the part that is kept of it, for so long (ms). */
  noteRead(transfer: string, readFor: number): void;
  /**
   * Removes a picture that is done, or the part that is kept of one: from the list at once, and from storage
   * when no download may read it any more (`markSaved`, `noteRead`).
   */
  throwAway(transfer: string): void;
  /** Something else of what is stored was removed: there may be room for what is offered. */
  roomMade(): void;
  /**
   * The bytes from its start on of a picture that ended before it was whole (`TransferSnapshot.part`). Not
   * verified. @throws Error where they are not here any more
   */
  beginning(transfer: string): Promise<Blob>;
  /** The verified file. @throws Error unless the state is `done` */
  file(transfer: string): Promise<File>;
}
