/**
 * The websocket to the signaling server, and one that is opened ahead: it takes three round trips, and typing
 * a code takes longer than that. The one door of socket.io-client.
 */
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '../../../signaling/wire/messages.ts';

/** A socket whose events are those of `wire/messages.ts`. */
export type SignalingSocket = Socket<ServerToClient, ClientToServer>;

/** A server that does not answer within this is away; a person waits no longer for a code. */
export const ANSWER_MS = 5000;
/**
 * A place to meet is asked for where the path may be gone, and the socket with it: one that does not answer
 * within this is given up for a new one.
 */
export const REJOIN_ANSWER_MS = 2000;
/**
 * A socket opened ahead is closed when it was not used for this long; the next letter typed opens another.
 */
const AHEAD_MS = 60_000;

interface Ahead {
  server: string;
  socket: SignalingSocket;
  timer: ReturnType<typeof setTimeout>;
}
let ahead: Ahead | undefined;

/**
 * Opens a socket that `takeSocket` will find, or keeps the one there is for longer. Nothing is asked of the
 * server.
 */
export function openAhead(server: string, keepMs = AHEAD_MS): void {
  const socket = ahead?.server === server ? ahead.socket : openSocket(server);
  if (ahead?.socket !== socket) closeAhead();
  clearTimeout(ahead?.timer);
  // Refused, or sent away for want of use: asked for anew.
  if (!socket.active) socket.connect();
  ahead = { server, socket, timer: setTimeout(closeAhead, keepMs) };
}

/** Closes the socket that was opened ahead, if it was not taken. */
export function closeAhead(): void {
  clearTimeout(ahead?.timer);
  ahead?.socket.disconnect();
  ahead = undefined;
}

/** The socket opened ahead, perhaps connected already, or a new one. */
export function takeSocket(server: string): SignalingSocket {
  if (ahead?.server !== server) return openSocket(server);
  const { socket } = ahead;
  clearTimeout(ahead.timer);
  ahead = undefined;
  if (!socket.active) socket.connect();
  return socket;
}

/** Connects at once, and again whenever the connection is lost. */
function openSocket(server: string): SignalingSocket {
  const { origin, pathname } = new URL(server, globalThis.location?.origin);
  return io(origin, {
    // Below the path that the server's pages are below.
    path: `${pathname.replace(/\/$/, '')}/socket.io/`,
    transports: ['websocket'],
    forceNew: true,
    timeout: ANSWER_MS,
    // Quick at first (a server that restarts is back within a second), and spread so that not all return at
    // once.
    reconnectionDelay: 300,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
  });
}
