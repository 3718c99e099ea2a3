/** A websocket by hand, for what no client library would send. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawOptions {
  port: number;
  /** Where it calls from: each of 127.0.0.0/8 is an address of its own. */
  from?: string;
  headers?: Record<string, string>;
  query?: string;
}

export interface RawWebsocket {
  socket: Socket;
  send(text: string): boolean;
}

/** The request of a handshake, whole. */
export function handshake(options: RawOptions): string {
  const headers = {
    Host: `127.0.0.1:${options.port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...options.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const path = `/socket.io/?EIO=4&transport=websocket${options.query ?? ''}`;
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

export function connectFrom({ port, from }: RawOptions): Socket {
  const socket = connect({ port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) });
  // A refused frame ends the connection, as it should.
  socket.on('error', () => {});
  // Each request that waits for its answer has one.
  socket.setMaxListeners(0);
  return socket;
}

/** Resolves behind the handshake; rejects when the server refuses it. */
export function openWebsocket(options: RawOptions): Promise<RawWebsocket> {
  const socket = connectFrom(options);
  socket.on('connect', () => socket.write(handshake(options)));
  return new Promise((resolve, reject) => {
    const refused = () => reject(new Error('refused'));
    socket.once('close', refused);
    socket.once('data', (data) => {
      if (!data.toString('latin1').startsWith('HTTP/1.1 101')) return void socket.destroy();
      socket.off('close', refused);
      resolve({ socket, send: (text) => socket.write(frame(0x81, text)) });
    });
  });
}

/**
 * One frame, masked.
 *
 * @param head its first byte: FIN and opcode
 * @param claimed the length that it claims, where that is another one
 */
export function frame(head: number, payload: string | Buffer, claimed?: number): Buffer {
  const bytes = Buffer.from(payload);
  const length = claimed ?? bytes.length;
  const header = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  header[0] = head;
  if (length < 126) header[1] = 0x80 | length;
  else if (length < 65_536) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  const mask = randomBytes(4);
  const masked = bytes.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([header, mask, masked]);
}
