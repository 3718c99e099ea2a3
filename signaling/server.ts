/** One process, one port: the exported pages, Socket.IO and /healthz. */
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setSecurityHeaders } from './pages/headers.ts';
import { SHUTDOWN_MS } from './wire/limits.ts';
import type { Handler } from './pages/pages.ts';
import { attachSignaling, type SignalingOptions } from './socket/sockets.ts';

export interface ServerOptions extends SignalingOptions {
  pages: Handler;
  /** PEM. Without it the server speaks plain http. */
  certificate?: { key: string; cert: string };
  /** Upgrades that are not ours: the development server's live reload. */
  upgrade?: (request: Parameters<RequestListener>[0], socket: Duplex, head: Buffer) => void;
}

export interface TesseraServer {
  /** Resolves to the port, which the system chooses for 0. Rejects when it is taken. */
  listen(port: number, host?: string): Promise<number>;
  /** Tells every page, finishes what is being answered, and is done within `SHUTDOWN_MS`. */
  close(): Promise<void>;
}

export function createTesseraServer(options: ServerOptions): TesseraServer {
  const startedAt = Date.now();
  const answer: RequestListener = (request, response) => {
    if (request.url?.split('?')[0] !== '/healthz') return options.pages(request, response);
    setSecurityHeaders(response, false, undefined);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'application/json');
    const uptimeSeconds = Math.floor((Date.now() - startedAt) / 1000);
    response.end(JSON.stringify({ status: 'ok', alarm: signaling.alarm(), uptimeSeconds }));
  };
  const server = options.certificate ? createHttps(options.certificate, answer) : createHttp(answer);
  const { upgrade } = options;
  if (upgrade) {
    server.on('upgrade', (request, socket, head) => {
      if (!request.url?.startsWith('/socket.io/')) upgrade(request, socket, head);
    });
  }
  const signaling = attachSignaling(server, { ...options, sharesUpgrades: upgrade !== undefined });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: async () => {
      const impatience = setTimeout(() => server.closeAllConnections(), SHUTDOWN_MS);
      server.closeIdleConnections();
      await signaling.close();
      clearTimeout(impatience);
      server.closeAllConnections();
    },
  };
}
