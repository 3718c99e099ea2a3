/**
 * What crosses the lanes, counted where it is handed to the browser and where the browser hands it back, by
 * code that shares nothing with the protocol core. Runs in the page before its own scripts, and in its
 * workers before they get a channel; must be self-contained.
 */
import type { Page } from '@playwright/test';

/**
 * DATA packets of one stream (docs/PROTOCOL.md: byte 0 is 0x01, bytes 2 and 3 the stream; odd: the original).
 */
export interface StreamCount {
  packets: number;
  /** Of the symbols, without headers. */
  bytes: number;
  /** Each distinct symbol as `block · 256 + number`, in the order of its first packet. */
  symbols: number[];
}

export interface Wire {
  sent: Record<number, StreamCount>;
  received: Record<number, StreamCount>;
  /** Messages of every kind on unreliable channels. */
  messagesSent: number;
  messagesReceived: number;
  connections: number;
  sockets: string[];
}

declare global {
  var wire: Wire | undefined;
}

/** In front of the own code of each of the page's workers. */
export async function beforeWorkers(page: Page, script: string): Promise<void> {
  await page.route(/\/turbopack-worker-[^/]*\.js/, async (route) => {
    const response = await route.fetch({ maxRetries: 2 });
    const body = `${script}\n${await response.text()}`;
    await route.fulfill({ status: response.status(), contentType: 'text/javascript', body });
  });
}

export async function watchWire(page: Page): Promise<void> {
  await page.addInitScript(countWire);
  // A channel may be handed to a worker in its first moment.
  await beforeWorkers(page, `(() => { const __name = (f) => f; (${countWire.toString()})(); })();`);
  // One that the service worker served; and one that ends at once has nothing to count.
  page.on('worker', (worker) => void worker.evaluate(countWire).catch(() => undefined));
}

/** The page's counts and its workers' together: a channel is used in one place only. */
export async function wireOf(page: Page): Promise<Wire> {
  const parts = await Promise.all([
    page.evaluate(() => globalThis.wire),
    // One may end while it is asked.
    ...page.workers().map((worker) => worker.evaluate(() => globalThis.wire).catch(() => undefined)),
  ]);
  const [sum, ...others] = parts.filter((part) => part !== undefined);
  if (sum === undefined) throw new Error('nothing was counted on this page');
  for (const part of others) {
    for (const direction of ['sent', 'received'] as const) {
      for (const [stream, { packets, bytes, symbols }] of Object.entries(part[direction])) {
        const counted = (sum[direction][Number(stream)] ??= { packets: 0, bytes: 0, symbols: [] });
        counted.packets += packets;
        counted.bytes += bytes;
        counted.symbols.push(...symbols);
      }
    }
    sum.messagesSent += part.messagesSent;
    sum.messagesReceived += part.messagesReceived;
    sum.connections += part.connections;
    sum.sockets.push(...part.sockets);
  }
  return sum;
}

function countWire(): void {
  if (globalThis.wire !== undefined) return;
  const wire: Wire = {
    sent: {},
    received: {},
    messagesSent: 0,
    messagesReceived: 0,
    connections: 0,
    sockets: [],
  };
  globalThis.wire = wire;
  const seen = { sent: new Map<number, Set<number>>(), received: new Map<number, Set<number>>() };

  function count(direction: 'sent' | 'received', message: unknown): void {
    if (!(message instanceof ArrayBuffer) && !ArrayBuffer.isView(message)) return;
    const view =
      message instanceof ArrayBuffer
        ? new DataView(message)
        : new DataView(message.buffer, message.byteOffset, message.byteLength);
    if (direction === 'sent') wire.messagesSent += 1;
    else wire.messagesReceived += 1;
    if (view.byteLength === 0) return;
    if (view.getUint8(0) !== 0x01) return;
    // On a clean path several packets share a message; all but the last are 1040 bytes long
    // (docs/PROTOCOL.md).
    for (let at = 0; at + 16 <= view.byteLength; at += 1040)
      countPacket(direction, view, at, Math.min(1040, view.byteLength - at));
  }

  function countPacket(direction: 'sent' | 'received', view: DataView, at: number, length: number): void {
    const stream = view.getUint16(at + 2);
    const symbol = view.getUint32(at + 4) * 256 + view.getUint8(at + 1);
    const counted = (wire[direction][stream] ??= { packets: 0, bytes: 0, symbols: [] });
    const known = seen[direction].get(stream) ?? new Set();
    seen[direction].set(stream, known);
    counted.packets += 1;
    counted.bytes += length - 16;
    if (known.has(symbol)) return;
    known.add(symbol);
    counted.symbols.push(symbol);
  }

  const channel = RTCDataChannel.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- called with the channel below
  const send = channel.send as (message: unknown) => void;
  channel.send = function (this: RTCDataChannel, message: unknown) {
    send.call(this, message);
    // Only what the browser took.
    if (!this.ordered) count('sent', message);
  };

  const listening = new WeakSet<RTCDataChannel>();
  // oxlint-disable-next-line typescript/unbound-method -- called with the channel below
  const addEventListener = channel.addEventListener;
  function listen(target: RTCDataChannel): void {
    if (target.ordered || listening.has(target)) return;
    listening.add(target);
    Reflect.apply(addEventListener, target, [
      'message',
      (event: MessageEvent) => count('received', event.data),
    ]);
  }
  channel.addEventListener = function (this: RTCDataChannel, ...rest: unknown[]) {
    if (rest[0] === 'message') listen(this);
    Reflect.apply(addEventListener, this, rest);
  };
  const onmessage = Object.getOwnPropertyDescriptor(channel, 'onmessage')!;
  Object.defineProperty(channel, 'onmessage', {
    ...onmessage,
    set(this: RTCDataChannel, handler: unknown) {
      listen(this);
      onmessage.set!.call(this, handler);
    },
  });

  if (typeof RTCPeerConnection === 'undefined') return;
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      wire.connections += 1;
    }
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      wire.sockets.push(String(url));
    }
    override send(data: Parameters<WebSocket['send']>[0]): void {
      super.send(data);
      if (typeof data === 'string') wire.sockets.push(data);
    }
  };
}
