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

/** Closes what one address may not open before the server's own listener has spent anything on it. */
function limitAddresses(server: Server, metrics: Metrics): void {
  const held = new Held(MAX_ADDRESS_CONNECTIONS, Infinity);
  const { points, seconds } = ADDRESS_ARRIVALS;
  const arrivals = new Windows(seconds * 1000, MAX_LIMITED_KEYS);
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const key = limitKey(socket.remoteAddress ?? '');
    if (arrivals.add(key, Date.now()) > points || !held.takeFor(key, socket)) {
      metrics.limitHit('connections');
      socket.destroy();
      return;
    }
    for (const listener of listeners) listener.call(server, socket);
  });
  const clock = setInterval(() => arrivals.sweep(Date.now()), seconds * 1000);
  clock.unref();
  server.once('close', () => clearInterval(clock));
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
