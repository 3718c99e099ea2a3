/**
 * A UDP relay that both sides of a WebRTC page pair mistake for each other. For each real port of one side
 * there is a stand-in socket, which the other side sends to; what arrives there from the other side's port is
 * passed through that direction's link model and then sent to the real port from the socket that represents
 * its sender.
 */
import { createSocket, type Socket } from 'node:dgram';
import { LinkModel, type DirectionStats, type LinkOptions } from './link-model.ts';

export type Side = 'sender' | 'receiver';
export type Direction = 'toReceiver' | 'toSender';

export interface RelayStats {
  toReceiver: DirectionStats;
  toSender: DirectionStats;
  /** How late the relay itself delivered, because Node's timers tick in milliseconds. */
  latenessMeanMs: number;
  latenessMaxMs: number;
  /** The mean since the relay began. */
  latenessEverMs: number;
  sockets: number;
}

interface StandIn {
  socket: Socket;
  /** Of a sender's port: it is given to far receivers. */
  far: boolean;
  /** The side and the port on 127.0.0.1 it represents. */
  owner: Side;
  port: number;
  bound: Promise<number>;
  lastUsed: number;
}

interface Delivery {
  bytes: Uint8Array;
  from: StandIn;
  port: number;
}

/**
 * A browser's ICE agent asks for consent every few seconds (RFC 7675); a minute of silence is a closed
 * connection.
 */
const IDLE_MS = 60_000;
/** About 30 ms of a 1 Gbit/s burst; the kernel may grant less. */
const RECEIVE_BUFFER = 4 << 20;
const LOOPBACK = '127.0.0.1';

const otherSide = (side: Side): Side => (side === 'sender' ? 'receiver' : 'sender');

export class RelayServer {
  readonly links: Record<Direction, LinkModel<Delivery>> = {
    toReceiver: new LinkModel(),
    toSender: new LinkModel({ seed: 2 }),
  };
  /** Between the sender and receivers that have another path than the rest: far ones. */
  readonly farLinks: Record<Direction, LinkModel<Delivery>> = {
    toReceiver: new LinkModel({ seed: 3 }),
    toSender: new LinkModel({ seed: 4 }),
  };
  /** Ports of far receivers, once something came from them. */
  readonly #farPorts = new Set<number>();
  #standIns = new Map<string, StandIn>();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Infinity;
  #late = { count: 0, sum: 0, max: 0 };
  readonly #lateEver = { count: 0, sum: 0 };
  #sweep = setInterval(() => this.#closeIdle(), IDLE_MS / 4);

  /**
   * The port that represents `port` of `owner`; the other side is to send there.
   * @param far a far receiver asks
   */
  standIn(owner: Side, port: number, far = false): Promise<number> {
    return this.#standInFor(owner, port, far).bound;
  }

  /** Both directions, or one. The two directions draw from different seeds. */
  configure(change: Partial<LinkOptions>, direction?: Direction, far = false): void {
    const { toReceiver, toSender } = far ? this.farLinks : this.links;
    if (direction !== 'toSender') toReceiver.configure(change);
    if (direction !== 'toReceiver') {
      toSender.configure(change.seed === undefined ? change : { ...change, seed: change.seed ^ 0x5bd1e995 });
    }
  }

  blackhole(milliseconds: number, direction?: Direction): void {
    const until = performance.now() + milliseconds;
    if (direction !== 'toSender') this.links.toReceiver.blackhole(until);
    if (direction !== 'toReceiver') this.links.toSender.blackhole(until);
  }

  stats(): RelayStats {
    return {
      toReceiver: this.links.toReceiver.stats(),
      toSender: this.links.toSender.stats(),
      latenessMeanMs: this.#late.count > 0 ? this.#late.sum / this.#late.count : 0,
      latenessMaxMs: this.#late.max,
      latenessEverMs: this.#lateEver.count > 0 ? this.#lateEver.sum / this.#lateEver.count : 0,
      sockets: this.#standIns.size,
    };
  }

  resetStats(): void {
    this.links.toReceiver.resetStats();
    this.links.toSender.resetStats();
    this.#late = { count: 0, sum: 0, max: 0 };
  }

  close(): void {
    clearInterval(this.#sweep);
    clearTimeout(this.#timer);
    for (const { socket } of this.#standIns.values()) socket.close();
    this.#standIns.clear();
  }

  #standInFor(owner: Side, port: number, far = false): StandIn {
    const key = `${owner}:${port}${far ? ':far' : ''}`;
    const known = this.#standIns.get(key);
    if (known) {
      known.lastUsed = performance.now();
      return known;
    }
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: RECEIVE_BUFFER,
      // Addresses are literals: no detour through the resolver for each datagram.
      lookup: (address, _options, callback) => callback(null, address, 4),
    });
    const bound = new Promise<number>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, LOOPBACK, () => {
        socket.off('error', reject);
        // The real port may be closed by now: errors of single datagrams are of no interest.
        socket.on('error', () => undefined);
        resolve(socket.address().port);
      });
    });
    const standIn: StandIn = { socket, far, owner, port, bound, lastUsed: performance.now() };
    socket.on('message', (bytes, from) => {
      if (from.address === LOOPBACK) this.#arrived(standIn, bytes, from.port);
    });
    this.#standIns.set(key, standIn);
    return standIn;
  }

  #arrived(at: StandIn, bytes: Uint8Array, sourcePort: number): void {
    const now = performance.now();
    at.lastUsed = now;
    if (at.far) this.#farPorts.add(sourcePort);
    const far = at.owner === 'receiver' ? this.#farPorts.has(at.port) : at.far;
    const links = far ? this.farLinks : this.links;
    const link = at.owner === 'receiver' ? links.toReceiver : links.toSender;
    // What a far receiver answers has to be known as that.
    const from = this.#standInFor(otherSide(at.owner), sourcePort, far && at.owner === 'receiver');
    link.send({ bytes, from, port: at.port }, bytes.length, now, bytes[0]);
    // Under load packets arrive more often than timers tick, and keep deliveries punctual.
    this.#deliver(now);
  }

  #deliver(now: number): void {
    for (;;) {
      const [link, due] = this.#earliest();
      const next = due <= now ? link.poll(now) : undefined;
      if (next === undefined) break;
      const late = now - due;
      this.#late.count++;
      this.#late.sum += late;
      this.#lateEver.count++;
      this.#lateEver.sum += late;
      if (late > this.#late.max) this.#late.max = late;
      next.from.lastUsed = now;
      try {
        next.from.socket.send(next.bytes, next.port, LOOPBACK);
      } catch {
        // Closed as idle in the meantime: the datagram is lost, as it would be at a NAT.
      }
    }
    this.#schedule(now);
  }

  /** The direction whose next delivery is due first, and when. */
  #earliest(): [LinkModel<Delivery>, number] {
    let [first, at] = [this.links.toReceiver, Infinity];
    for (const { toReceiver, toSender } of [this.links, this.farLinks])
      for (const link of [toReceiver, toSender]) {
        const due = link.nextTimeout() ?? Infinity;
        if (due < at) [first, at] = [link, due];
      }
    return [first, at];
  }

  /**
   * One timer for the earliest delivery. A tick is a millisecond: spinning would take a core from the
   * browsers.
   */
  #schedule(now: number): void {
    const [, due] = this.#earliest();
    if (due >= this.#timerDue) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    this.#timer = setTimeout(
      () => {
        this.#timerDue = Infinity;
        this.#deliver(performance.now());
      },
      Math.max(0, due - now),
    );
  }

  #closeIdle(): void {
    const before = performance.now() - IDLE_MS;
    for (const [key, { socket, lastUsed }] of this.#standIns) {
      if (lastUsed > before) continue;
      socket.close();
      this.#standIns.delete(key);
    }
  }
}
