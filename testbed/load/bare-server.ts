/** A bare Socket.IO server: each request is acknowledged and echoed once, and nothing is kept or counted. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

/** What ours answers a request with, so that the same frames cross. */
const ECHO: Record<string, string> = { join: 'paired', relay: 'message' };

export async function bareServer() {
  const server = createServer();
  const io = new Server(server, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.onAny((name: string, argument: unknown, ack: (answer: unknown) => void) => {
      ack({});
      socket.emit(ECHO[name] ?? 'echo', argument);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return { port: () => (server.address() as AddressInfo).port };
}
