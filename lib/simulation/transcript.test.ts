/**
 * Everything both endpoints emit, over sixty seeded paths: one SHA-256. A refactoring inside `lib/protocol`
 * leaves the hash equal; a commit that changes what is sent on purpose changes the hash, too, and says why.
 */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Millis } from '../protocol/endpoint.ts';
import type { RateState } from '../protocol/congestion/rate-controller.ts';
import { Album, pictureOf } from './album.fixture.ts';
import type { LinkOptions } from './link.ts';
import { seededRandom, type Random } from './random.ts';
import { ReliableFlow, type FlowModel } from './reliable-flow.ts';
import { StallingEndpoint } from './stalling-endpoint.ts';
import { RecordedEndpoint, Transcript } from './transcript.fixture.ts';

const EXPECTED = '226563f9aac88fc180337b80f831ea16684977594f3ef1479c096bf1c746f2d7';

const PATHS = 60;
/** Virtual time at which a run is cut off. */
const MAX_RUN_TIME: Millis = 60_000;
/**
 * Virtual time after the last picture: late packets, the last figures, and on some paths the closing of idle
 * lanes.
 */
const AFTER = [2000, 2000, 65_000];

/** What happens during a transfer; each kind is on every twelfth path. */
const KINDS = [
  'calm',
  'newreno',
  'lossy',
  'stalls',
  'shallow',
  'sctp',
  'lanes',
  'control',
  'bbr',
  'reload',
  'people',
  'blackout',
] as const;
type Kind = (typeof KINDS)[number];

const RIVALS: ReadonlySet<string> = new Set(['newreno', 'sctp', 'bbr'] satisfies FlowModel[]);

interface Run {
  readonly digest: string;
  readonly states: ReadonlySet<RateState>;
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function linksOf(kind: Kind, seed: number, random: Random): Record<'aToB' | 'bToA', LinkOptions> {
  const rival = RIVALS.has(kind);
  const rate = rival ? pick(random, [4e6, 6e6, 10e6]) : pick(random, [2e6, 5e6, 10e6, 20e6, 50e6, 200e6]);
  const rtt = pick(random, rival ? [20, 40, 60] : [2, 10, 30, 60, 100, 200]);
  const loss = kind === 'calm' || rival ? 0 : pick(random, [0, 0.005, 0.02, 0.05, 0.1, 0.2]);
  const queueMs = kind === 'shallow' ? 6 : pick(random, [40, 100, 300]);
  const way: Omit<LinkOptions, 'seed'> = {
    rate,
    delay: rtt / 2,
    queueBytes: Math.max(3000, (queueMs * rate) / 8000),
    jitter: pick(random, [0, 0, 2]),
    loss: random() < 0.3 ? { kind: 'bursts', p: loss, meanLength: 5 } : { kind: 'independent', p: loss },
    reorder: { p: pick(random, [0, 0, 0.02]), by: rtt / 4 + 1 },
    duplicate: pick(random, [0, 0, 0.02]),
  };
  return { aToB: { ...way, seed: 2 * seed }, bToA: { ...way, seed: 2 * seed + 1 } };
}

function disturb(kind: Kind, album: Album, random: Random): void {
  const { pair } = album;
  const at = 100 + random() * 1200;
  const back = kind === 'blackout' && random() < 0.3 ? 40_000 : 50 + random() * 1500;
  if (RIVALS.has(kind)) {
    const rival = new ReliableFlow({ model: kind as FlowModel, size: 6_000_000 }, pair.path('aToB'));
    pair.at(MAX_RUN_TIME - 1, () => rival.close());
  }
  pair.at(at, () => {
    if (kind === 'lanes') {
      if (random() < 0.5) album.closeLanes();
      else for (let lane = 1; lane <= 4; lane++) pair.closeLane(lane);
      pair.at(at + back, () => album.openLanes(4));
    } else if (kind === 'control') album.cutControl(back);
    else if (kind === 'reload') album.reloadReceiver(back);
    else if (kind === 'people') album.cancel(pick(random, ['sender', 'receiver']), 0);
    else if (kind === 'blackout') {
      pair.links.aToB.blackout(at, at + back);
      pair.links.bToA.blackout(at, at + back);
    }
  });
}

function runPath(seed: number): Run {
  const random = seededRandom(seed, 9);
  const kind = KINDS[seed % KINDS.length] as Kind;
  const transcript = new Transcript();
  const links = linksOf(kind, seed, random);
  const rival = RIVALS.has(kind);
  const size = Math.min(2_000_000, (links.aToB.rate / 8) * 2.5);
  const count = rival ? 1 : pick(random, [1, 2, 3]);
  const preview = pick(random, [0, 700, 9000, 30_000]);
  const album = new Album({
    ...links,
    lanes: pick(random, [4, 8, 16, 32]),
    maxLanes: 48,
    laneModel: pick(random, ['plain', 'sctp']),
    pictures: Array.from({ length: count }, (_, i) =>
      pictureOf(Math.floor(size * (rival ? 1 : random() / count)), seed + i),
    ),
    previews: Array.from({ length: count }, (_, i) => pictureOf(preview, 77 + seed + i)),
    overlap: random() < 0.5,
    declines: (picture) => kind === 'people' && picture === 1,
    clocks: pick(random, [
      [0, 0],
      [2 ** 32 / 10 - 400, 5],
    ]),
    around: (endpoint, side) => {
      const recorded = new RecordedEndpoint(endpoint, side, transcript);
      if (kind !== 'stalls') return recorded;
      return new StallingEndpoint(recorded, {
        every: 120,
        length: 20,
        seed: 2 * seed + (side === 'a' ? 0 : 1),
      });
    },
  });
  disturb(kind, album, random);
  const states = new Set<RateState>();
  album.pair.run({
    until: () => {
      states.add(album.sender.figures().state);
      return album.ended;
    },
    maxTime: MAX_RUN_TIME,
  });
  album.pair.run({ maxTime: album.pair.now + pick(random, AFTER) });
  return { digest: transcript.digest(), states };
}

describe('the transcript of both endpoints', () => {
  let runs: Run[];
  beforeAll(() => {
    runs = Array.from({ length: PATHS }, (_, seed) => runPath(seed));
  }, 120_000);

  test('is equal, byte for byte, to the recorded one', () => {
    const whole = createHash('sha256');
    for (const { digest } of runs) whole.update(digest);
    expect(whole.digest('hex')).toBe(EXPECTED);
  });

  test('reaches every state of the rate controller on several paths', () => {
    for (const state of ['startup', 'drain', 'cruise', 'contend'] as const)
      expect(runs.filter(({ states }) => states.has(state)).length, state).toBeGreaterThan(3);
  });

  test('differs on every path', () => {
    expect(new Set(runs.map(({ digest }) => digest)).size).toBe(PATHS);
  });
});
