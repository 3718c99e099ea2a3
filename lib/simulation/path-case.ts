/** One kind of path, pictures over it in the simulator, and how far they were from its limit. */
import type { Millis } from '../protocol/endpoint.ts';
import type { LinkOptions, LinkParameters, LinkStats } from './link.ts';
import type { Loss } from './loss.ts';
import { transferPictures } from './picture-transfer.ts';
import { WIRE_EFFICIENCY } from './sweep.ts';

/** From `after` ms on the path is this one, counted from when the last picture is accepted. */
export interface PathChange extends Partial<Pick<LinkParameters, 'rate' | 'delay'>> {
  readonly after: Millis;
}

/** One path with a picture, and how near to its limit the transfer is to be. */
export interface PathCase {
  readonly name: string;
  /** Bits per second of the way there, and of the way back where it differs. */
  readonly rate: number;
  readonly rateBack?: number;
  readonly rtt: Millis;
  readonly loss?: number;
  /** Mean length of a burst of losses, packets. */
  readonly burst?: number;
  /** What else the links do: queue, jitter, reordering … */
  readonly link?: Partial<Omit<LinkParameters, 'rate' | 'delay' | 'loss'>>;
  /** Bytes of a picture, and pictures of a session. */
  readonly size: number;
  readonly pictures: number;
  readonly seeds: number;
  /** Lanes at most; default 192. */
  readonly maxLanes?: number;
  /** What happens in the last picture of the session, which alone counts then. */
  readonly changes?: readonly PathChange[];
  readonly reach: PathReach;
}

/** What is aimed at: time over limit, and the share of packets that meet a full queue. */
export interface PathReach {
  readonly first?: number;
  readonly later?: number;
  readonly worst?: number;
  readonly dropped?: number;
}

/** What one picture took. */
export interface PathFigure {
  /** From accepted to whole over the limit; `Infinity`: it did not end. */
  readonly ratio: number;
  /** Share of the packets given to the link that met a full queue. */
  readonly dropped: number;
  /** DATA packets sent for each chunk. */
  readonly sent: number;
  /** Mean time in the queue of the packets that it took, ms. */
  readonly queue: Millis;
}

/** The most that a session opens (`lib/transport/limits.ts`); it begins with the first connection's one. */
const MAX_LANES = 192;
const DEFAULT_QUEUE: Millis = 100;
/** As long as a person takes to choose a picture. */
const PAUSE: Millis = 2500;
const MAX_TIME: Millis = 200_000;

/** The pictures of one session. */
export function runPathCase(one: PathCase, seed: number): PathFigure[] {
  const { size, pictures, changes = [], maxLanes = MAX_LANES } = one;
  const onLink: ReturnType<typeof linkFigures>[] = [];
  const before: LinkStats[] = [];
  const { results } = transferPictures({
    aToB: linkOf(one, one.rate, 2 * seed),
    bToA: linkOf(one, one.rateBack ?? one.rate, 2 * seed + 1),
    laneModel: 'sctp',
    lanes: 1,
    maxLanes,
    pictures: Array.from({ length: pictures }, (_, i) => pictureOf(size, 97 * seed + i)),
    pause: PAUSE,
    maxTime: MAX_TIME * pictures,
    onEvent: ({ event }, now, { pair: running }) => {
      const { aToB, bToA } = running.links;
      if (event.type === 'offered') {
        before.push({ ...aToB.stats });
        if (before.length < pictures) return;
        for (const { after, rate, delay } of changes) {
          running.at(now + after, (then) => {
            if (rate !== undefined) aToB.set({ rate }, then);
            if (delay !== undefined) {
              aToB.set({ delay });
              bToA.set({ delay });
            }
          });
        }
      } else if (event.type === 'whole') {
        const then = before.at(-1) as LinkStats;
        onLink.push(linkFigures(then, aToB.stats));
      }
    },
  });
  const figures = results.map(({ acceptedAt, completeAt, packetsSent, equal }, i) => ({
    queue: 0,
    dropped: 0,
    ...onLink[i],
    ratio: equal ? (completeAt - acceptedAt) / limitOf(one, i === pictures - 1) : Infinity,
    sent: packetsSent / Math.ceil(size / 1024),
  }));
  return changes.length > 0 ? figures.slice(-1) : figures;
}

function linkFigures(before: LinkStats, after: LinkStats): Pick<PathFigure, 'dropped' | 'queue'> {
  const sent = after.sent - before.sent;
  const dropped = after.queueDropped - before.queueDropped;
  return {
    dropped: dropped / sent,
    queue: (after.queueDelaySum - before.queueDelaySum) / (sent - dropped),
  };
}

/** A round trip, and the bytes at the rate that headers and losses leave, whatever the rate becomes. */
function limitOf({ size, rate, rtt, loss = 0, link, changes = [] }: PathCase, changing: boolean): Millis {
  const bitsAt = (at: number): number => WIRE_EFFICIENCY * at * (1 - loss);
  let bits = size * 8000;
  let now = 0;
  let current = link?.policer?.rate ?? rate;
  let delay = rtt / 2;
  for (const { after, rate: next, delay: later } of changing ? changes : []) {
    const carried = bitsAt(current) * (after - now);
    if (carried >= bits) break;
    bits -= carried;
    now = after;
    current = next ?? current;
    delay = later ?? delay;
  }
  return 2 * delay + now + bits / bitsAt(current);
}

function linkOf(one: PathCase, rate: number, seed: number): LinkOptions {
  const { rtt, loss = 0, burst = 1, link } = one;
  const kind: Loss =
    burst > 1 ? { kind: 'bursts', p: loss, meanLength: burst } : { kind: 'independent', p: loss };
  return { queueMs: DEFAULT_QUEUE, ...link, rate, delay: rtt / 2, loss: kind, seed };
}

function pictureOf(size: number, seed: number): Uint8Array {
  return new Uint8Array(size).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 24);
}
