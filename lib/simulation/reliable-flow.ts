/** A file over one reliable flow, as competing traffic and for comparison. */
import type { Millis } from '../protocol/endpoint.ts';
import { Association } from './association.ts';
import { DCSCTP, TCP } from './association-options.ts';
import { Bbr } from './bbr.ts';
import { Cubic } from './cubic.ts';
import { NewReno } from './congestion.ts';
import type { Congestion } from './congestion.ts';
import { MTU } from './lane-link.ts';
import { makePath, runPath } from './path.ts';
import type { Path } from './path.ts';
import type { LinkOptions } from './link.ts';

/**
 * `newreno`: TCP with selective acknowledgements. `cubic`, `bbr`: the same with CUBIC, with BBR version 1.
 * `sctp`: one reliable, ordered data channel of Chromium, used well (messages of 16 KB, its buffer never
 * empty).
 */
export type FlowModel = 'newreno' | 'cubic' | 'bbr' | 'sctp';

export interface FlowOptions {
  model: FlowModel;
  /** Bytes; `Infinity` for a flow that never ends. */
  size: number;
  /** When it begins. */
  start?: Millis;
}

/** A channel's messages as file senders choose them. */
const CHANNEL_MESSAGE = 16 * 1024;
/** What the application keeps in the buffer: more than two paths full at 50 Mbit/s and 200 ms. */
const BUFFER = 4 * 1024 * 1024;

/**
 * One way of sending today: a byte stream, in order, each loss repaired a round trip later while what is
 * behind it waits. The connection is established when it starts. Shares the path's queues with whatever else
 * is on them.
 */
export class ReliableFlow {
  readonly association: Association;
  /** When the last byte was delivered. */
  completedAt: Millis | undefined;
  delivered = 0;
  #given = 0;
  readonly #size: number;
  readonly #message: number;
  readonly #times: Millis[] = [];
  readonly #prefixes: number[] = [];

  constructor({ model, size, start = 0 }: FlowOptions, path: Path) {
    this.#size = size;
    this.#message = model === 'sctp' ? CHANNEL_MESSAGE : TCP.packetRoom;
    this.association = new Association(
      model === 'sctp' ? DCSCTP : TCP,
      congestionOf(model),
      path,
      (message, now) => this.#deliver(message.size, now),
      (now) => this.#fill(now),
    );
    path.timers.set(
      path.timers.add((now) => this.#fill(now)),
      start,
    );
  }

  /** Bytes delivered in order by `time`, counted from the front of the stream. */
  deliveredPrefix(time: Millis): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] as number) <= time) low = middle + 1;
      else high = middle;
    }
    return this.#prefixes[low - 1] ?? 0;
  }

  close(): void {
    this.association.close();
  }

  #fill(now: Millis): void {
    while (this.#given < this.#size && this.association.backlog() < BUFFER) {
      const size = Math.min(this.#message, this.#size - this.#given);
      this.#given += size;
      this.association.send(size, undefined, now);
    }
  }

  #deliver(size: number, now: Millis): void {
    this.delivered += size;
    this.#times.push(now);
    this.#prefixes.push(this.delivered);
    if (this.delivered >= this.#size) this.completedAt = now;
  }
}

function congestionOf(model: FlowModel): Congestion {
  switch (model) {
    case 'newreno':
      return new NewReno({
        packet: TCP.packetRoom,
        initialThreshold: Infinity,
        minWindow: 2,
        growthPerAck: 2,
      });
    case 'cubic':
      return new Cubic({ packet: TCP.packetRoom });
    case 'bbr':
      return new Bbr({ packet: TCP.packetRoom });
    case 'sctp':
      return new NewReno({ packet: MTU });
  }
}

/** A flow alone on a path, run to its end or to `maxTime`: the laboratory's other side. */
export function runReliableFlow(
  model: FlowModel,
  size: number,
  links: { forward: LinkOptions; reverse: LinkOptions },
  maxTime: Millis = 600_000,
): ReliableFlow {
  const path = makePath(links.forward, links.reverse);
  const flow = new ReliableFlow({ model, size }, path);
  runPath(path, maxTime, () => flow.completedAt !== undefined);
  return flow;
}
