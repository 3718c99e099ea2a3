/** One process, one port: the exported pages, Socket.IO, /healthz and /readyz, and STUN over UDP. */
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { redirected, serveBelow } from './pages/base-path.ts';
import { hostOf, setSecurityHeaders } from './pages/headers.ts';
import { ownStunUrl } from './stun/own-url.ts';
import { remembering } from './remembering.ts';
import { startStun, type StunServer } from './stun/stun-server.ts';
import { createListener, type ListenerOptions } from './listener.ts';
import { ACCEPT_BACKLOG, SHUTDOWN_MS } from './wire/limits.ts';
import type { Handler } from './pages/pages.ts';
import { nameAllowed } from './socket/origin.ts';
import { attachSignaling, type SignalingOptions } from './socket/sockets.ts';

/** What a server is started with; `main.ts` makes it from the configuration. */
export interface ServerOptions extends Omit<SignalingOptions, 'ownStun'>, ListenerOptions {
  /** Answer STUN on the same port over UDP, and name it to the pages. */
  stun?: boolean;
  pages: Handler;
  /** Path below which all of it is served; empty or absent: the root. */
  basePath?: string;
  /** Upgrades that are not ours: the development server's live reload. */
  upgrade?: (request: Parameters<RequestListener>[0], socket: Duplex, head: Buffer) => void;
}

export interface TesseraServer {
  /** Resolves to the port, which the system chooses for 0. Rejects when it is taken. */
  listen(port: number, host?: string): Promise<number>;
  /** The port on which STUN answers; `undefined`: it was not asked for, or the UDP port is taken. */
  stunPort(): number | undefined;
  /** Connections of every kind that are accepted at a time, as far as the system has descriptors for them. */
  readonly maxConnections: number;
  /** See `Signaling.drain`: pages and `/readyz` are answered meanwhile, handshakes with 503. */
  drain(): Promise<void>;
  /** Tells every page, finishes what is being answered, and is done within `SHUTDOWN_MS`. */
  close(): Promise<void>;
}

export function createTesseraServer(options: ServerOptions): TesseraServer {
  const startedAt = Date.now();
  const { basePath = '' } = options;
  const answer: RequestListener = (request, response) => {
    if (!nameAllowed(hostOf(request, options.trustedProxies), options.allowedHosts)) {
      setSecurityHeaders(response, false, undefined);
      response.writeHead(421, { 'Content-Type': 'text/plain', Connection: 'close' });
      response.end('This server does not go by that name. Whoever runs it can name it in ALLOWED_HOSTS.\n');
      return;
    }
    if (redirected(basePath, request, response)) return;
    const path = request.url?.split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') return options.pages(request, response);
    setSecurityHeaders(response, false, undefined);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'application/json');
    if (path === '/readyz') {
      const unready = signaling.unready();
      if (unready !== undefined) response.statusCode = 503;
      response.end(JSON.stringify({ status: unready ?? 'ready' }));
      return;
    }
    const uptimeSeconds = Math.floor((Date.now() - startedAt) / 1000);
    const shares = signaling.shares();
    const redis = shares === undefined ? {} : { redis: shares ? 'ok' : 'away' };
    response.end(JSON.stringify({ status: 'ok', alarm: signaling.alarm(), ...redis, uptimeSeconds }));
  };
  const server = createListener(options, answer);
  const { upgrade } = options;
  if (upgrade) {
    server.on('upgrade', (request, socket, head) => {
      if (!request.url?.startsWith('/socket.io/')) upgrade(request, socket, head);
    });
  }
  const stunUrl = remembering(ownStunUrl);
  let stun: (StunServer & { port: number }) | undefined;
  const signaling = attachSignaling(server, {
    ...options,
    sharesUpgrades: upgrade !== undefined,
    ownStun: (host) => (stun === undefined ? undefined : stunUrl(host, stun.port)),
  });
  // Last, since it goes before all others.
  serveBelow(server, basePath);
  const listenTcp = (port: number, host?: string): Promise<AddressInfo> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, ...(host === undefined ? {} : { host }), backlog: ACCEPT_BACKLOG }, () => {
        server.off('error', reject);
        resolve(server.address() as AddressInfo);
      });
    });

  return {
    listen: async (port, host) => {
      const bound = await listenTcp(port, host);
      if (options.stun) {
        // Pages and signaling are worth having without it.
        const started = await startStun(bound.address, bound.port, () =>
          options.metrics?.limitHit('stun'),
        ).catch(() => undefined);
        if (started) stun = { ...started, port: bound.port };
      }
      return bound.port;
    },
    stunPort: () => stun?.port,
    maxConnections: server.maxConnections,
    drain: async () => {
      // A proxy that hears 503 may ask another node for the same page.
      server.removeAllListeners('upgrade');
      server.on('upgrade', (_, socket: Duplex) => {
        socket.on('error', () => {});
        socket.end(
          'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
        );
      });
      await signaling.drain();
    },
    close: async () => {
      await stun?.close();
      const impatience = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
      server.closeIdleConnections();
      await signaling.close();
      clearTimeout(impatience);
      server.closeAllConnections();
    },
  };
}
