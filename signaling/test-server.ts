/**
 * A real server on a free port and real Socket.IO clients, for the tests of this folder and of the page's
 * client.
 */
import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import type { Duplex } from 'node:stream';
import { io, type Socket } from 'socket.io-client';
import type { Log } from './log.ts';
import type { ClientToServer, ServerToClient } from './wire/messages.ts';
import { createTesseraServer, type ServerOptions } from './server.ts';

export type TestSocket = Socket<ServerToClient, ClientToServer>;

export interface TestServer {
  port: number;
  origin: string;
  /** Every line of the log. */
  lines: string[];
  /** A connected client. Rejects with the server's reason when it refuses. */
  connect(headers?: Record<string, string>): Promise<TestSocket>;
  /** See `TesseraServer.drain`. */
  drain(): Promise<void>;
  /** Stops the server alone; its clients find out. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<ServerOptions> = {}, port = 0): Promise<TestServer> {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  const log: Log = { info: write, warn: write, error: write };
  const server = createTesseraServer({
    allowedHosts: [],
    allowedOrigins: [],
    trustedProxies: 0,
    ice: { stunUrls: [], turnUrls: [] },
    log,
    pages: (_, response) => void response.end('a page'),
    ...options,
  });
  const bound = await server.listen(port, '127.0.0.1');
  const origin = `http://127.0.0.1:${bound}`;
  const sockets: TestSocket[] = [];
  return {
    port: bound,
    origin,
    lines,
    connect: (headers = {}) =>
      new Promise((resolve, reject) => {
        const socket: TestSocket = io(origin, {
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
          extraHeaders: headers,
        });
        sockets.push(socket);
        socket.on('connect', () => resolve(socket));
        socket.on('connect_error', reject);
      }),
    drain: () => server.drain(),
    stop: () => server.close(),
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      await server.close();
    },
  };
}

/** Resolves with the next event of that name. */
export function next(socket: TestSocket, name: keyof ServerToClient | 'disconnect'): Promise<unknown> {
  return new Promise((resolve) => (socket as unknown as Socket).once(name, resolve));
}

/** A websocket by hand, from its handshake on. Rejects when the server refuses it. */
export function upgrade(port: number, query = ''): Promise<Duplex> {
  const request = get({
    host: '127.0.0.1',
    port,
    path: `/socket.io/?EIO=4&transport=websocket${query}`,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    },
  });
  return new Promise((resolve, reject) => {
    request.on('upgrade', (_, socket, head) => {
      // A refused frame ends the connection, as it should.
      socket.on('error', () => {});
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.on('response', (response) => reject(new Error(`refused: ${response.statusCode}`)));
    request.on('error', reject);
  });
}

/**
 * A frame that no client library would send: at most 125 bytes, masked.
 *
 * @param head its first byte: FIN and opcode
 */
export function frame(head: number, payload: string | Buffer): Buffer {
  const bytes = Buffer.from(payload);
  const mask = randomBytes(4);
  const masked = bytes.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Buffer.of(head, 0x80 | bytes.length), mask, masked]);
}

/** Sends frames of text or bytes, and resolves when the connection is over. */
export async function sendRaw(port: number, frames: (string | Buffer)[]): Promise<void> {
  const socket = await upgrade(port);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.resume();
  for (const one of frames) socket.write(frame(typeof one === 'string' ? 0x81 : 0x82, one));
  socket.end();
  await closed;
}
