/** The sessions of one page through one uplink: what each gets of it. */
import { SharedUplink } from '../protocol/congestion/shared-uplink.ts';
import { CONTROL_LANE, type Millis, type Transmit } from '../protocol/endpoint.ts';
import { Receiver } from '../protocol/receiving/receiver.ts';
import { FEEDBACK } from '../protocol/wire/lane-packet.ts';
import { Behind } from './behind.ts';
import type { LinkParameters } from './link.ts';
import { LongSession } from './long-session.ts';
import { runTogether } from './pair.ts';
import { makePath, type Path } from './path.ts';

/** A sender's room: so many receivers through its uplink. */
export interface RoomCase {
  readonly name: string;
  /** Bits per second of the uplink. */
  readonly rate: number;
  readonly rtt: Millis;
  readonly sessions: number;
  /** What one of them has behind the uplink, both ways; `at` counts from 0. */
  readonly other?: LinkParameters & { readonly at: number };
  /** Whose feedback lies: it says that little arrives, and no queue. */
  readonly liar?: number;
  /** The others accept so much later than the first one; default 0. */
  readonly later?: Millis;
  /** They know nothing of one another. */
  readonly strangers?: boolean;
  /** Ms from the first offer; measured is what follows `settled`. Default 2 and 8 s. */
  readonly settled?: Millis;
  readonly measured?: Millis;
}

/** A receiver whose clock runs this many times as fast as time, and whose delay never changes. */
class FastClock extends Receiver {
  override pollTransmit(now: Millis): Transmit | undefined {
    const transmit = super.pollTransmit(now);
    if (transmit === undefined || transmit.lane === CONTROL_LANE) return transmit;
    const bytes = Uint8Array.from(transmit.bytes);
    const view = new DataView(bytes.buffer);
    if (view.getUint8(0) === FEEDBACK) {
      view.setUint32(CLOCK_AT, Math.imul(view.getUint32(CLOCK_AT), CLOCK_FACTOR));
      view.setUint32(DELAY_AT, 1000);
    }
    return { lane: transmit.lane, bytes };
  }
}

/** What each of a room got. */
export interface RoomFigure {
  /** What each got, as a share of the uplink's rate. */
  readonly parts: readonly number[];
  /** All together. */
  readonly used: number;
  /** Share of the packets that met a full queue, from the start on. */
  readonly dropped: number;
  /** Share of the packets to the other one that its own path had no room for, while measured. */
  readonly wasted: number;
}

/** Places in a FEEDBACK (`feedback-packet.ts`). */
const CLOCK_AT = 8;
const DELAY_AT = 18;
const CLOCK_FACTOR = 20;
/** Their idle paths are probed before that, as while a person chooses. */
const START: Millis = 2500;
/** One comes after the other, so that their trains do not meet, and accepts so. */
const COMING: Millis = 150;
const APART: Millis = 10;
const QUEUE_MS = 100;
const LANES = 32;
/** From worker to worker. */
const POST: Millis = 2;

/** @param seed of all links */
export function runRoomCase(one: RoomCase, seed: number): RoomFigure {
  const {
    rate,
    rtt,
    sessions: count,
    other,
    liar,
    strangers = false,
    later = 0,
    settled = 2000,
    measured = 8000,
  } = one;
  const way = { rate, queueMs: QUEUE_MS, delay: rtt / 2 };
  // Feedback of eight, with acknowledgements of all their lanes, has its own way back.
  const links = { aToB: { ...way, seed: 2 * seed }, bToA: { ...way, rate: 2 * rate, seed: 2 * seed + 1 } };
  const shared = makePath(links.aToB, links.bToA);
  const own = other === undefined ? undefined : new Behind({ ...other, seed: 91 * seed }, shared.forward);
  const sessions: LongSession[] = [];
  const uplink = new SharedUplink<number>((i, order) => {
    const { pair, sender } = sessions[i] as LongSession;
    pair.at(pair.now + (i === 0 ? 0 : POST), (now) => sender.shareUplink(order, now));
  });
  for (let i = 0; i < count; i++) {
    const path: Path =
      own !== undefined && other?.at === i
        ? {
            ...shared,
            forward: own,
            reverse: new Behind({ ...other, rate: Infinity, seed: 92 * seed }, shared.reverse),
          }
        : shared;
    const session = new LongSession(
      {
        ...links,
        path,
        lanes: LANES,
        opened: i * COMING,
        start: START + i * APART + (i === 0 ? 0 : later),
        receiver: liar === i ? new FastClock() : undefined,
      },
      (event, at) => {
        if (event.type !== 'uplink') return;
        const { report } = event;
        session.pair.at(at + (i === 0 ? 0 : POST), (now) => uplink.report(i, report, now));
      },
    );
    if (!strangers) session.sender.joinUplink();
    sessions.push(session);
  }
  const delivered = (until: Millis): number[] => {
    runTogether(
      sessions.map(({ pair }) => pair),
      until,
    );
    return sessions.map((session) => session.delivered);
  };
  delivered(START);
  shared.forward.resetStats();
  const before = delivered(START + settled);
  own?.resetStats();
  const after = delivered(START + settled + measured);
  const parts = after.map((byteLength, i) => ((byteLength - (before[i] as number)) * 8000) / measured / rate);
  const { queueDropped, sent } = shared.forward.stats;
  return {
    parts,
    used: parts.reduce((sum, part) => sum + part, 0),
    dropped: queueDropped / sent,
    wasted: own === undefined ? 0 : own.stats.queueDropped / own.stats.sent,
  };
}

const USUAL = { rate: 10e6, rtt: 20 } as const;
/** A receiver whose own path loses 20 %, with a round trip of 200 ms together with the uplink. */
const FAR = { rate: Infinity, delay: 90, loss: { kind: 'independent', p: 0.2 } } as const;

/** Rooms of one sender, as `npm run bench -- paths` prints them. */
export const ROOM_CASES: readonly RoomCase[] = [
  { ...USUAL, name: 'one', sessions: 1 },
  { ...USUAL, name: 'two', sessions: 2 },
  { ...USUAL, name: 'eight', sessions: 8 },
  { ...USUAL, name: 'eight, 20 Mbit/s, 60 ms', rate: 20e6, rtt: 60, sessions: 8 },
  { ...USUAL, name: 'eight, the last one far', sessions: 8, other: { ...FAR, at: 7 } },
  { ...USUAL, name: 'eight, the last one 0.5 Mbit/s', sessions: 8, other: { rate: 0.5e6, delay: 5, at: 7 } },
  { ...USUAL, name: 'eight, the first one 0.5 Mbit/s', sessions: 8, other: { rate: 0.5e6, delay: 5, at: 0 } },
];
