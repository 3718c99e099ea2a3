/**
 * The laboratory's figures against what the bench measured with two real browsers (bench/results/*.json,
 * written by `npm run bench`). Skipped where nothing was measured. Quick runs are a look and not a record:
 * they do not count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { transferPictures } from '../simulation/picture-transfer.ts';
import { linksOf, type Conditions } from './conditions.ts';
import { simulateRival, simulateTessera } from './simulate.ts';

/** What a session has soon after pairing; the figures of a picture say how many it used. */
const LANES = 32;

/**
 * The model's median may differ from the browsers' by this factor either way. It knows neither the
 * processor's share nor the digest.
 */
const TESSERA_FACTOR = 1.6;
/**
 * One channel's time is made of timeouts that one lost packet more or less sets off; single runs differ by as
 * much.
 */
const CHANNEL_FACTOR = 2.5;

/**
 * The bench itself makes a load of about 3; beyond twice that a row says what else the machine did, and not
 * what the path did.
 */
const MAX_LOAD = 6;
/**
 * What two browsers and a relay carry on the bench's two cores. At 50 Mbit/s the processors are the
 * bottleneck (two to three times the limit, where one does 10 Mbit/s in 1.1), and the model knows none:
 * nothing could be held against it there.
 */
const MAX_MBIT = 20;

const SEEDS = [1, 2, 3];

interface Measured {
  case: {
    name: string;
    bytes: number;
    link: { rateMbit: number; queueMs: number; delayMs: number; loss: number; burst: number };
  };
  first?: { seconds: number; figures: { lanes: number } } | null;
  later: { seconds: number; figures: { lanes: number } }[];
  load?: number;
  buffered?: { first?: number; later: number[]; overCap: boolean } | null;
}

const FOLDER = process.env['TESSERA_RESULTS'] ?? 'bench/results';

function measurements(): Measured[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json') && (FOLDER !== 'bench/results' || !file.endsWith('-quick.json')))
    .flatMap((file) => {
      const { data } = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as { data?: unknown };
      return Array.isArray(data) ? (data as Partial<Measured>[]) : [];
    })
    .filter(
      (row): row is Measured =>
        row.case?.link !== undefined && row.case.bytes > 0 && Array.isArray(row.later),
    )
    .filter(({ case: { link } }) => link.rateMbit > 0);
}

function conditionsOf({ case: { link } }: Measured, lanes: number, seed: number): Conditions {
  return {
    loss: 100 * link.loss,
    burst: link.burst,
    roundTrip: 2 * link.delayMs,
    rate: link.rateMbit,
    queue: link.queueMs,
    lanes,
    seed,
    rival: 'sctp',
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

function expectWithin(factor: number, modelled: number, measured: number): void {
  const ratio = modelled / measured;
  expect(ratio, `model ${modelled.toFixed(2)} s, measured ${measured.toFixed(2)} s`).toBeGreaterThan(
    1 / factor,
  );
  expect(ratio, `model ${modelled.toFixed(2)} s, measured ${measured.toFixed(2)} s`).toBeLessThan(factor);
}

/** Large ones say nothing new and take a minute each. */
const rows = measurements().filter(
  ({ case: { bytes, link }, load = 0 }) =>
    bytes <= 5_000_000 && load <= MAX_LOAD && link.rateMbit <= MAX_MBIT,
);

describe.skipIf(rows.length === 0)('the laboratory and the browsers [needs measurements]', () => {
  test.each(rows.filter(({ later }) => later.length > 0).map((row) => [row.case.name, row] as const))(
    '%s: a picture in a session takes Tessera as long',
    (_, row) => {
      const picture = new Uint8Array(row.case.bytes);
      const lanes = Math.max(1, median(row.later.map(({ figures }) => figures.lanes)) || LANES);
      const modelled = SEEDS.map((seed) => {
        const { forward, reverse } = linksOf(conditionsOf(row, lanes, seed));
        const { results } = transferPictures({
          aToB: forward,
          bToA: reverse,
          laneModel: 'sctp',
          lanes,
          pictures: [picture, picture],
        });
        const second = results[1];
        return second ? (second.completeAt - second.acceptedAt) / 1000 : Infinity;
      });
      expectWithin(TESSERA_FACTOR, median(modelled), median(row.later.map(({ seconds }) => seconds)));
    },
    120_000,
  );

  test.each(rows.flatMap((row) => (row.first ? [[row.case.name, row, row.first] as const] : [])))(
    '%s: so does the first picture',
    (_, row, first) => {
      const lanes = Math.max(1, first.figures.lanes || LANES);
      const modelled = SEEDS.map((seed) => {
        const timeline = simulateTessera(
          conditionsOf(row, lanes, seed),
          new Uint8Array(row.case.bytes),
          undefined,
        );
        return (timeline.completeAt ?? Infinity) / 1000;
      });
      // One run: as the channel's.
      expectWithin(CHANNEL_FACTOR, median(modelled), first.seconds);
    },
    120_000,
  );

  const channels = rows.flatMap((row) => {
    const { first, later = [], overCap = true } = row.buffered ?? {};
    const measured = later.length > 0 ? median(later) : first;
    return overCap || measured === undefined ? [] : [[row.case.name, row, measured] as const];
  });
  test.skipIf(channels.length === 0).each(channels)(
    '%s: and one reliable channel [needs measured channels]',
    (_, row, measured) => {
      const modelled = SEEDS.map((seed) => {
        const { completeAt = Infinity } = simulateRival('sctp', conditionsOf(row, 1, seed), row.case.bytes);
        return completeAt / 1000;
      });
      expectWithin(CHANNEL_FACTOR, median(modelled), measured);
    },
    120_000,
  );
});
