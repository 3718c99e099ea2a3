/** A real server on a free port and real Socket.IO clients, for the tests of this folder and of the page's client. */
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
  /** Stops the server alone; its clients find out. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<ServerOptions> = {}, port = 0): Promise<TestServer> {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  const log: Log = { info: write, warn: write, error: write };
  const server = createTesseraServer({
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

/** A websocket by hand, for frames that no client library would send. At most 125 bytes, unmasked bits random. */
export async function sendRaw(port: number, frames: (string | Buffer)[]): Promise<void> {
  const request = get({
    host: '127.0.0.1',
    port,
    path: '/socket.io/?EIO=4&transport=websocket',
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    },
  });
  const socket = await new Promise<Duplex>((resolve, reject) => {
    request.on('upgrade', (_, upgraded) => resolve(upgraded));
    request.on('error', reject);
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  // A refused frame ends the connection, as it should.
  socket.on('error', () => {});
  socket.resume();
  for (const frame of frames) {
    const [opcode, payload] = typeof frame === 'string' ? [0x81, Buffer.from(frame)] : [0x82, frame];
    const mask = randomBytes(4);
    const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    socket.write(Buffer.concat([Buffer.of(opcode, 0x80 | payload.length), mask, masked]));
  }
  socket.end();
  await closed;
}
