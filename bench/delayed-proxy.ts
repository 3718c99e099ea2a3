/** A TCP proxy that is far away: what a page's server is to people who are not beside it. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class DelayedProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  /** @param delayMs one way; opening a connection takes a round trip more, as TCP's handshake does */
  static async start(target: number, delayMs: number): Promise<DelayedProxy> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port: target, host: 'localhost', allowHalfOpen: true });
      const opened = performance.now() + 2 * delayMs;
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => sockets.delete(socket));
      }
      forward(near, far, delayMs, opened);
      forward(far, near, delayMs, opened);
    });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new DelayedProxy(server, address.port, sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Timers of the same delay fire in the order in which they were set, so bytes keep theirs. */
function forward(from: Socket, to: Socket, delayMs: number, opened: number): void {
  let last = 0;
  const later = (act: () => void): void => {
    const now = performance.now();
    last = Math.max(last, now, opened);
    setTimeout(
      () => {
        if (!to.destroyed) act();
      },
      last - now + delayMs,
    );
  };
  from.on('data', (bytes) => later(() => to.write(bytes)));
  from.on('end', () => later(() => to.end()));
  from.on('close', () => later(() => to.destroy()));
}
