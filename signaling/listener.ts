/**
 * The listening socket, hardened: how long a visitor may take, how many connections one address and all
 * together may hold, and what happens when the system has no more to give.
 */
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import { Held } from './held.ts';
import { errorName, type Log } from './log.ts';
import { noMetrics, type Metrics } from './operations/metrics.ts';
import { Windows } from './rooms/windows.ts';
import { limitKey } from './socket/address.ts';
import {
  ADDRESS_ARRIVALS,
  MAX_ADDRESS_CONNECTIONS,
  HEADERS_MS,
  MAX_CONNECTIONS,
  MAX_LIMITED_KEYS,
  QUIET_CONNECTION_MS,
  RESERVED_DESCRIPTORS,
} from './wire/limits.ts';

const MINUTE_MS = 60_000;

export interface ListenerOptions {
  /** PEM. Without it the server speaks plain http. */
  certificate?: { key: string; cert: string };
  trustedProxies: number;
  log: Log;
  /** Default: nothing is counted. */
  metrics?: Metrics;
}

export function createListener(options: ListenerOptions, answer: RequestListener): Server {
  const { certificate, log, metrics = noMetrics } = options;
  const answering = new WeakSet<Socket>();
  const guarded: RequestListener = (request, response) => {
    const { socket } = request;
    // No browser asks before it has the last answer. Who does so, and reads none of them, has them all kept.
    if (answering.has(socket)) return refuseConnection(socket);
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
    try {
      answer(request, response);
    } catch (error) {
      log.error(`a request was not answered: ${errorName(error)}`);
      if (!response.headersSent) response.writeHead(500, { Connection: 'close' });
      response.end();
    }
  };
  const timing = {
    headersTimeout: HEADERS_MS,
    // Nothing we serve has a body to read.
    requestTimeout: HEADERS_MS,
    connectionsCheckingInterval: HEADERS_MS / 4,
  };
  const server = certificate
    ? createHttps({ ...timing, ...certificate, handshakeTimeout: HEADERS_MS }, guarded)
    : createHttp(timing, guarded);
  // Also ends who asks for a file and does not read it. Websockets take their own time.
  server.setTimeout(QUIET_CONNECTION_MS);
  server.maxConnections = Math.min(MAX_CONNECTIONS, descriptors() - RESERVED_DESCRIPTORS);

  const refused = atMostOnceA(MINUTE_MS, (why: string) => log.warn(`connections are refused: ${why}`));
  // Out of descriptors, most likely: there may be some again for the next one.
  server.on('error', (error) => {
    if (server.listening) refused(errorName(error));
  });
  server.on('drop', () => {
    metrics.limitHit('connections');
    refused('too many are open');
  });

  // Behind a proxy all have one address, and it is the proxy that counts them.
  if (options.trustedProxies === 0) limitAddresses(server, metrics);
  return server;
}

/**
 * Closes what one address may not open before anything is spent on it: thousands a second cost little, where
 * the socket of each, and what Node keeps beside it, would be garbage of 60 MB before it is collected.
 */
function limitAddresses(server: Server, metrics: Metrics): void {
  const held = new Held(MAX_ADDRESS_CONNECTIONS, Infinity);
  const { points, seconds } = ADDRESS_ARRIVALS;
  const arrivals = new Windows(seconds * 1000, MAX_LIMITED_KEYS);
  const mayArrive = (address: string): boolean => {
    const key = limitKey(address);
    const may = arrivals.add(key, Date.now()) <= points && held.mayTake(key);
    if (!may) metrics.limitHit('connections');
    return may;
  };
  let early = false;
  server.on('listening', () => (early = guardArrivals(server, mayArrive)));
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if ((!early && !mayArrive(address)) || !held.takeFor(limitKey(address), socket)) socket.destroy();
    else for (const listener of listeners) listener.call(server, socket);
  });
  const clock = setInterval(() => arrivals.sweep(Date.now()), seconds * 1000);
  clock.unref();
  server.once('close', () => clearInterval(clock));
}

/** What the system accepted, before Node makes a socket of it. Of Node's own, and not in its types. */
interface Accepted {
  getpeername?(into: { address?: string }): number;
  close(): void;
}
interface Accepting {
  onconnection?: (this: Accepting, status: number, accepted: Accepted | undefined) => void;
}

/** @returns `false` where Node is another one inside: then each socket is asked for when it is made. */
function guardArrivals(server: Server, mayArrive: (address: string) => boolean): boolean {
  // oxlint-disable-next-line eslint/no-underscore-dangle -- Node's own name for it
  const accepting = (server as Server & { _handle?: Accepting | null })._handle;
  const take = accepting?.onconnection;
  if (!accepting || typeof take !== 'function') return false;
  accepting.onconnection = function (status, accepted) {
    const peer: { address?: string } = {};
    // Who has gone already has no name any more.
    const known = accepted?.getpeername?.(peer) === 0;
    if (accepted?.getpeername && !(known && mayArrive(peer.address ?? ''))) accepted.close();
    else take.call(this, status, accepted);
  };
  return true;
}

/**
 * Ends a connection in the middle of what was read from it: otherwise the hundreds of requests that may
 * follow in the same piece would be parsed all the same.
 */
function refuseConnection(socket: Socket): void {
  socket.destroy();
  // Of Node's own, and not in its types.
  (socket as Socket & { parser?: { pause?(): void } }).parser?.pause?.();
}

/** A flood of events must not be a flood of lines in the log. */
function atMostOnceA<T>(period: number, act: (argument: T) => void): (argument: T) => void {
  let next = 0;
  return (argument) => {
    if (performance.now() < next) return;
    next = performance.now() + period;
    act(argument);
  };
}

/** How many files and sockets the system lets this process have; Node has raised it as far as it may. */
function descriptors(): number {
  // Otherwise the report looks up the names of all peers.
  const report = Object.assign(process.report, { excludeNetwork: true }).getReport();
  const { userLimits } = report as { userLimits?: { open_files?: { soft: number | 'unlimited' } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
