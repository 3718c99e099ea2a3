/** Several flows through one queue: what each gets of it. */
import type { Millis } from '../protocol/endpoint.ts';
import { LongSession } from './long-session.ts';
import { runTogether } from './pair.ts';
import { ReliableFlow, type FlowModel } from './reliable-flow.ts';

export interface ShareCase {
  readonly name: string;
  /** Bits per second. */
  readonly rate: number;
  readonly rtt: Millis;
  readonly queueMs: number;
  /** What is on the path when the last session of ours begins: a flow, or so many of our own. */
  readonly rival: FlowModel | number;
  /** Share of the whole that ours is to have, at least and at most. */
  readonly reach: readonly [number, number];
}

/** What each got of a shared queue. */
export interface ShareFigure {
  /** Shares of what all together delivered: ours (the latest first), then the rival's. */
  readonly shares: readonly number[];
  /** All together, as a share of the path's rate. */
  readonly used: number;
}

/** The last of ours begins so long after the others, and is measured after it has found its rate. */
const HEAD_START: Millis = 5000;
const SETTLED: Millis = 10_000;
const MEASURED: Millis = 30_000;

const LANES = 64;

/** @param seed of both directions and of the sessions */
export function runShareCase({ rate, rtt, queueMs, rival }: ShareCase, seed: number): ShareFigure {
  const way = { rate, queueMs, delay: rtt / 2 };
  const links = { aToB: { ...way, seed: 2 * seed }, bToA: { ...way, seed: 2 * seed + 1 } };
  const last = new LongSession({ ...links, lanes: LANES, start: HEAD_START });
  const path = last.pair.path('aToB');
  const others = typeof rival === 'number' ? rival : 0;
  const sessions = [
    last,
    // Not all of them with the same distance to the last one.
    ...Array.from(
      { length: others },
      (_, i) => new LongSession({ ...links, lanes: LANES, start: i * 1700, path }),
    ),
  ];
  const flow =
    typeof rival === 'number' ? undefined : new ReliableFlow({ model: rival, size: Infinity }, path);
  const pairs = sessions.map(({ pair }) => pair);
  const deliveredBy = (at: Millis): number[] => {
    runTogether(pairs, at);
    return [...sessions.map(({ delivered }) => delivered), ...(flow ? [flow.deliveredPrefix(at)] : [])];
  };
  const from = HEAD_START + SETTLED;
  const before = deliveredBy(from);
  const gained = deliveredBy(from + MEASURED).map((byteLength, i) => byteLength - (before[i] as number));
  flow?.close();
  const whole = gained.reduce((sum, byteLength) => sum + byteLength, 0);
  return { shares: gained.map((byteLength) => byteLength / whole), used: (whole * 8000) / MEASURED / rate };
}

const USUAL = { rate: 20e6, rtt: 60, queueMs: 100 } as const;

/** Whom a session shares a queue with. */
export const SHARE_CASES: readonly ShareCase[] = [
  { ...USUAL, name: 'CUBIC', rival: 'cubic', reach: [0.35, 0.6] },
  { ...USUAL, name: 'CUBIC, queue 500 ms', queueMs: 500, rival: 'cubic', reach: [0.25, 0.6] },
  { ...USUAL, name: 'NewReno', rival: 'newreno', reach: [0.4, 0.6] },
  { ...USUAL, name: 'BBR', rival: 'bbr', reach: [0.3, 0.7] },
  { ...USUAL, name: 'one other session', rival: 1, reach: [0.4, 0.6] },
  { ...USUAL, name: 'two other sessions', rival: 2, reach: [0.25, 0.42] },
];
