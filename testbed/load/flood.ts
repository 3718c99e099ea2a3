/** One address, or one that claims many, against the server: as much of one kind as the server lets it do. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectFrom, frame, handshake, openWebsocket, type RawWebsocket } from './raw-websocket.ts';

/** Tries under way at a time. */
const AT_A_TIME = 200;

/** What the flood did, and what it met. */
export interface FloodCount {
  tried: number;
  /** Handshakes, connections or requests that the server did not take. */
  refused: number;
  /** Connections that the server ended later. */
  closed: number;
  /** Held open now. */
  held: number;
  /** Frames or events written. */
  sent: number;
}

interface Flood {
  port: number;
  /** What it calls from. */
  from: string;
  count: FloodCount;
}

/** Repeats one try for ever. */
type Try = (flood: Flood) => Promise<void>;

/** Waits until a connection is over. */
const over = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : socket.once('close', () => resolve())));

/** Writes the same bytes for as long as the connection lasts, as fast as it takes them. */
async function pour(flood: Flood, socket: Socket, bytes: Buffer, frames: number): Promise<void> {
  const end = over(socket);
  while (!socket.destroyed) {
    flood.count.sent += frames;
    const more = socket.write(bytes)
      ? sleep(0)
      : new Promise<void>((resolve) => socket.once('drain', () => resolve()));
    await Promise.race([end, more]);
  }
}

/** A websocket that counts. `undefined`: refused. */
async function opened(flood: Flood, headers: Record<string, string> = {}): Promise<RawWebsocket | undefined> {
  flood.count.tried += 1;
  try {
    const websocket = await openWebsocket({ port: flood.port, from: flood.from, headers });
    flood.count.held += 1;
    websocket.socket.resume();
    websocket.socket.once('close', () => {
      flood.count.held -= 1;
      flood.count.closed += 1;
    });
    return websocket;
  } catch {
    flood.count.refused += 1;
    return undefined;
  }
}

/** Asks one request on a connection that has said CONNECT, and resolves with the answer's text. */
async function ask(websocket: RawWebsocket, request: string): Promise<string> {
  const answer = new Promise<string>((resolve) => {
    const take = (data: Buffer) => {
      const text = data.toString('latin1');
      if (!/43\d/.test(text)) return;
      websocket.socket.off('data', take);
      resolve(text);
    };
    websocket.socket.on('data', take);
  });
  websocket.send(request);
  return Promise.race([answer, over(websocket.socket).then(() => 'closed')]);
}

const aSlot = () => String(randomInt(1, 10_000));

/** A message to Socket.IO that nothing listens for. */
const unknownEvents = Buffer.concat(
  Array.from({ length: 200 }, () => frame(0x81, `42["x",${JSON.stringify('y'.repeat(100))}]`)),
);
const pings = Buffer.concat(Array.from({ length: 2000 }, () => frame(0x89, '')));
const empties = Buffer.concat(Array.from({ length: 2000 }, () => frame(0x01, '')));
const fullFrames = frame(0x82, Buffer.alloc(32 * 1024));

const tries = {
  /** Sockets that never say CONNECT. */
  silent: async (flood) => {
    const websocket = await opened(flood);
    if (websocket) await over(websocket.socket);
  },

  /** Events that nothing listens for, pings of the websocket, and fragments of nothing. */
  events: async (flood) => {
    const websocket = await opened(flood);
    if (!websocket) return;
    websocket.send('40');
    const kinds = [unknownEvents, pings, empties];
    await pour(flood, websocket.socket, kinds[flood.count.tried % kinds.length]!, 2000);
  },

  /** Codes by chance, and wrong words to whoever is found. */
  codes: async (flood) => {
    const websocket = await opened(flood);
    if (!websocket) return;
    websocket.send('40');
    for (let i = 0; i < 100 && !websocket.socket.destroyed; i++) {
      flood.count.sent += 1;
      await ask(websocket, `420["join",{"slot":"${aSlot()}"}]`);
    }
    websocket.socket.destroy();
  },

  /** Pairs with itself and returns that do not wait, held for as long as the server lets it. */
  pairs: async (flood) => {
    const [sender, receiver] = await Promise.all([opened(flood), opened(flood)]);
    if (sender && receiver) {
      sender.send('40');
      receiver.send('40');
      const slot = /"slot":"(\d+)"/.exec(await ask(sender, '420["open",{}]'))?.[1];
      flood.count.sent += 2;
      if (slot === undefined) {
        await ask(sender, `421["rejoin",{"id":"${randomBytes(16).toString('hex')}","party":"host"}]`);
      } else await ask(receiver, `420["join",{"slot":"${slot}"}]`);
      await Promise.all([over(sender.socket), over(receiver.socket)]);
    }
    sender?.socket.destroy();
    receiver?.socket.destroy();
  },

  /** Behind a proxy: each try has an address of its own, half of them of one provider's IPv6 network. */
  addresses: async (flood) => {
    const address =
      randomInt(2) === 0
        ? `${randomInt(1, 224)}.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
        : `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;
    const websocket = await opened(flood, { 'X-Forwarded-For': address });
    if (!websocket) return;
    websocket.send('40');
    flood.count.sent += 1;
    await ask(websocket, `420["join",{"slot":"${aSlot()}"}]`);
    websocket.socket.destroy();
  },

  /** Ranges, pipelines of requests whose answers are not read, and halves of requests. */
  http: async (flood) => {
    flood.count.tried += 1;
    const socket = connectFrom(flood);
    const line = `GET /_next/static/a.js HTTP/1.1\r\nHost: localhost\r\n`;
    const kind = flood.count.tried % 3;
    if (kind === 0) socket.resume();
    else socket.pause();
    socket.once('connect', () => {
      flood.count.held += 1;
      socket.once('close', () => (flood.count.held -= 1));
      if (kind === 2) socket.write(line);
    });
    const request = Buffer.from(`${line}Range: bytes=${randomInt(10)}-${randomInt(10)}\r\n\r\n`.repeat(20));
    if (kind !== 2) await pour(flood, socket, request, 20);
    else await over(socket);
    flood.count.closed += 1;
  },

  /** Handshakes of one byte a second. */
  handshakes: async (flood) => {
    flood.count.tried += 1;
    const socket = connectFrom(flood);
    socket.resume();
    socket.once('connect', () => {
      flood.count.held += 1;
      socket.once('close', () => (flood.count.held -= 1));
    });
    const bytes = handshake({ port: flood.port });
    let at = 0;
    const clock = setInterval(() => socket.write(bytes[at++] ?? 'x'), 1000);
    await over(socket);
    clearInterval(clock);
    flood.count.closed += 1;
  },

  /** Frames that claim a gigabyte, frames of the greatest length one after another, fragments without end. */
  oversize: async (flood) => {
    const websocket = await opened(flood);
    if (!websocket) return;
    const { socket } = websocket;
    websocket.send('40');
    const kind = flood.count.tried % 3;
    if (kind === 0) socket.write(frame(0x82, Buffer.alloc(1000), 2 ** 30));
    if (kind === 1) socket.write(frame(0x02, Buffer.alloc(1000)));
    await pour(flood, socket, kind === 1 ? frame(0x00, Buffer.alloc(1000)) : fullFrames, 1);
  },

  /** Pages of other sites, and names of strangers that lead here. */
  origins: async (flood) => {
    const headers: Record<string, string> =
      flood.count.tried % 2 === 0
        ? { Origin: 'https://stranger.example' }
        : { Origin: 'http://stranger.example', Host: 'stranger.example' };
    const websocket = await opened(flood, headers);
    websocket?.socket.destroy();
  },
} satisfies Record<string, Try>;

export type FloodName = keyof typeof tries;
export const floods = Object.keys(tries) as FloodName[];

/** Kinds that hold connections: as many as the server lets them, and some that it always refuses. */
const WAITING: Partial<Record<FloodName, number>> = {
  silent: 2000,
  pairs: 600,
  http: 2000,
  handshakes: 2000,
};

export function flood({ name, port }: { name: FloodName; port: number }) {
  const count: FloodCount = { tried: 0, refused: 0, closed: 0, held: 0, sent: 0 };
  const from = `127.0.0.${66 + floods.indexOf(name)}`;
  const repeat = async (): Promise<never> => {
    for (;;) {
      await tries[name]({ port, from, count });
      // Also where all is refused at once, this process has to hear of its other connections.
      await sleep(0);
    }
  };
  for (let i = 0; i < (WAITING[name] ?? AT_A_TIME); i++) void repeat();
  return { look: () => count };
}
