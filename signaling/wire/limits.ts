/** Every bound of the signaling server, and why it has the size it has. */

/**
 * A message between two paired browsers. An SDP with all its candidates is 2–6 KB, sealed; twice that is room
 * enough.
 */
export const MAX_RELAY_BYTES = 16 * 1024;

/** What may accompany a join, for the host's eyes: the first message of a pairing has 20 bytes. */
export const MAX_HELLO_BYTES = 64;

/** Socket.IO's frame: one relayed message and its envelope. */
export const MAX_FRAME_BYTES = 32 * 1024;

/**
 * What one pair may send through the server. A handshake takes about 20 KB; pictures have no business here.
 */
export const MAX_PAIR_BYTES = 1024 * 1024;

/** How long a code may wait for its guest (issue: ten minutes unjoined). */
export const ROOM_LIFETIME_MS = 10 * 60_000;

/**
 * A slot rests this long after its room ended, so that a late guest with an old code does not burn a
 * stranger's new one.
 */
export const SLOT_REST_MS = ROOM_LIFETIME_MS;

/** A door is opened anew every nine minutes; one that was not is its host's no longer. */
export const DOOR_LIFETIME_MS = ROOM_LIFETIME_MS + 60_000;
/** Who knocked waits this long for the host's first word. */
export const KNOCK_MS = 60_000;
/** Knocks kept for a host that is away just now. */
export const MAX_KNOCKS = 16;

/**
 * Ids at which remembered devices can ring a page: 20 devices, three secrets each while one is being
 * replaced, and two windows of time around their border.
 */
export const MAX_PRESENT_IDS = 128;
/** Of one ring: two secrets, two windows, two pages on which the other device may be. */
export const MAX_RING_IDS = 8;
/** Of all pages of one address together: 80 of them with a full list at the border of two windows. */
export const MAX_ADDRESS_PRESENT = 10_000;
/** Pages of one browser at one id: when the newest goes, the one before is rung. */
export const MAX_PAGES_AT_ID = 4;
/**
 * In Redis an id is forgotten after this long; a page announces anew after 5 and 10 minutes in turn, and when
 * it is looked at.
 */
export const PRESENT_MS = 20 * 60_000;

/** How long one side of a dropped session waits for the other: a locked phone returns within minutes. */
export const REJOIN_WAIT_MS = 10 * 60_000;

/** Bounds of memory: an entry is a few hundred bytes, so all of these together stay below 50 MB. */
export const MAX_ROOMS = 20_000;
export const MAX_RENDEZVOUS = 20_000;
export const MAX_DOORS = 20_000;
/** All pages' ids together: 200 bytes each. */
export const MAX_PRESENT = 100_000;
export const MAX_RESTING_SLOTS = 50_000;
export const MAX_SOCKETS = 20_000;
/** Of all nodes together, in Redis: a kilobyte each with its places. */
export const MAX_SHARED_MEETINGS = 200_000;
/** Of each kind of attempt; 150 bytes each. Beyond it the oldest are forgotten. */
export const MAX_LIMITED_KEYS = 20_000;

/** Sockets that one address holds at a time: a school behind one NAT, a device or two to a pupil. */
export const MAX_ADDRESS_SOCKETS = 500;

/** A page says CONNECT right behind the handshake. */
export const CONNECT_MS = 10_000;

/**
 * How long two sides may talk through the server: pairing (80 s) and connecting (40 s) fit twice. Connected
 * pages do not need it any more.
 */
export const PAIR_LIFETIME_MS = 5 * 60_000;

/**
 * What a host says to a guest before it knows that the guest has the right words: its share and, if they
 * were wrong, an abort. A third message is a success.
 */
export const MESSAGES_BEFORE_TRUST = 2;

/** Connections of every kind, pages included: each socket that waits may load a page at the same time. */
export const MAX_CONNECTIONS = 25_000;
/**
 * Of the system's file descriptors, those that are kept for anything but connections: a start needs about 30.
 */
export const RESERVED_DESCRIPTORS = 64;
/** Connections that one address holds, where no proxy is in front: a school behind one NAT, six to a page. */
export const MAX_ADDRESS_CONNECTIONS = 1000;
/**
 * Connections that the system keeps until they are accepted, or fewer where it is set to fewer. Where they do
 * not fit, an honest one waits for a second.
 */
export const ACCEPT_BACKLOG = 4096;
/**
 * New connections that one address may make in a number of seconds, where no proxy is in front: a class of 30
 * that loads a page at the same time. Beyond it they are closed before anything of them is read.
 */
export const ADDRESS_ARRIVALS = { points: 300, seconds: 2 } as const;
/** A request is a few hundred bytes; who needs longer for it holds a connection and nothing else. */
export const HEADERS_MS = 10_000;
/** A connection on which nothing moves, in either direction, while an answer is due. */
export const QUIET_CONNECTION_MS = 30_000;

/** Slots have at most this many digits; four are enough for 5,000 rooms, the rest is for days of attack. */
export const MAX_SLOT_DIGITS = 6;

/** While many joins fail somewhere, new codes get slots too long to be found by trying: 900,000 of them. */
export const ALARM_SLOT_DIGITS = 6;

/**
 * Failed joins a minute, over all addresses, that raise the alarm. People mistype; a hundred a minute do not.
 */
export const ALARM_FAILED_JOINS = 100;
export const ALARM_WINDOW_MS = 60_000;
/** The alarm stays on this long after the last such minute: the life of a code. */
export const ALARM_HOLD_MS = ROOM_LIFETIME_MS;

/**
 * What a socket may send. A trickled handshake is about 20 messages and 20 KB; an answer to the server's own
 * ping counts too.
 */
export const SOCKET_ALLOWANCE = {
  messages: 100,
  messagesPerSecond: 20,
  bytes: 128 * 1024,
  bytesPerSecond: 32 * 1024,
} as const;

/**
 * What all sockets of an address may send together: a class whose 30 pairs meet at the same time, or 250
 * pairs within a minute. All of it at once takes a fifth of a second of the server's time.
 */
export const ADDRESS_ALLOWANCE = {
  messages: 3000,
  messagesPerSecond: 300,
  bytes: 4 * 1024 * 1024,
  bytesPerSecond: 512 * 1024,
} as const;

/** Malformed messages before a socket is closed: our own client never sends one. */
export const MAX_MALFORMED = 3;

/** Requests of one socket that wait for their turn: as many as it may send at once. */
export const MAX_WAITING_REQUESTS = SOCKET_ALLOWANCE.messages;
/**
 * What waits of all sockets together, while Redis is away: what 2,000 pairs say in a handshake that is cut
 * off. Beyond it a message is refused at once. A request counts for what it holds besides its bytes.
 */
export const MAX_WAITING_BYTES = 32 * 1024 * 1024;
export const WAITING_REQUEST_BYTES = 1024;

/** A socket without a place is found that way, once it is old enough; how often one is looked at. */
export const PLACE_LOOK_MS = 30_000;

/** A socket that has no place and is older than this is closed: it only costs memory. */
export const IDLE_SOCKET_MS = 30 * 60_000;

/**
 * One that never asked for a place goes sooner: a page that connects ahead of its person gives up after a
 * minute.
 */
export const UNUSED_SOCKET_MS = 2 * 60_000;

/** STUN and TURN addresses that a page is given, of each kind; browsers slow down above a handful. */
export const MAX_ICE_URLS = 8;
/** Longest host name (253) with scheme, port and transport. */
export const MAX_ICE_URL_LENGTH = 300;

/**
 * A time-limited TURN credential: allocations outlive it while refreshed, so an hour covers the longest wait
 * and handshake.
 */
export const TURN_CREDENTIAL_SECONDS = 3600;

/** The clean shutdown's patience. */
export const SHUTDOWN_MS = 3000;

/**
 * A stop lets pairs finish for this long. With `SHUTDOWN_MS` it stays below the ten seconds after which a
 * container's engine kills.
 */
export const DRAIN_MS = 6000;

/**
 * A pair that has been silent for this long is not in the middle of a handshake; its messages are round trips
 * apart.
 */
export const DRAIN_QUIET_MS = 2000;

/**
 * Points in a window of seconds for each address; an address is often a whole school or office behind one
 * NAT.
 */
export const ADDRESS_LIMITS = {
  /** Above `connect` a page is told so; above this it is not answered at all. */
  handshake: { points: 1200, seconds: 60 },
  connect: { points: 600, seconds: 60 },
  open: { points: 60, seconds: 60 },
  join: { points: 120, seconds: 60 },
  /**
   * Codes that are not there, and rooms that were joined to no end. Thirty leave room for the clumsy fingers
   * of a class, and nothing for a search.
   */
  failedJoin: { points: 30, seconds: 600 },
  rejoin: { points: 600, seconds: 60 },
  /** Announcements and rings: the way back of sessions has points of its own. */
  presence: { points: 600, seconds: 60 },
} as const;
