/**
 * The protocol over the simulated network, under whatever a network and two people do. The ordinary run takes
 * the same 230 seeds each time; `TESSERA_LONG=1` takes 1,840 others, or those of `TESSERA_SEED`. A failure
 * prints its seed.
 */
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Millis } from '../protocol/endpoint.ts';
import { Album, pictureOf, type AlbumOptions } from './album.fixture.ts';
import type { LinkOptions } from './link.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const SEED = Number(process.env['TESSERA_SEED'] ?? (LONG ? Date.now() % 1e9 : 20_261_123));
const runs = (ordinary: number): fc.Parameters<unknown> => ({
  seed: SEED,
  numRuns: LONG ? ordinary * 8 : ordinary,
  endOnFailure: true,
});
const TIMEOUT_MS = LONG ? 3_600_000 : 120_000;
/** Virtual; the reliable control channel needs most of it, where two packets of three are lost. */
const MAX_RUN_TIME: Millis = 900_000;

const EDGES = [0, 1, 1023, 1024, 1025, 65_535, 65_536, 65_537, 65 * 1024, 300_000];
const sizes = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 300_000 }) },
);

const links = fc.record({
  loss: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 60 }).map((percent) => percent / 100),
  ),
  burst: fc.constantFrom(1, 1, 3, 10),
  rate: fc.constantFrom(2e6, 5e6, 20e6, 50e6, 200e6, 1e9),
  rtt: fc.constantFrom(1, 10, 40, 100, 200, 400),
  jitter: fc.constantFrom(0, 0, 3, 30),
  reorder: fc.constantFrom(0, 0, 0.01, 0.2),
  duplicate: fc.constantFrom(0, 0, 0.01, 0.3),
  queueMs: fc.constantFrom(5, 30, 100, 100, 300),
  seed: fc.nat({ max: 1e6 }),
});
type Conditions = typeof links extends fc.Arbitrary<infer T> ? T : never;

function linkOf(conditions: Conditions, direction: number): LinkOptions {
  const { loss, burst, rate, rtt, jitter, reorder, duplicate, queueMs, seed } = conditions;
  return {
    rate,
    // Two packets at least: less is a path that carries nothing.
    queueBytes: Math.max(3000, (queueMs * rate) / 8000),
    delay: rtt / 2,
    loss: burst > 1 ? { kind: 'bursts', p: loss, meanLength: burst } : { kind: 'independent', p: loss },
    jitter,
    reorder: { p: reorder, by: rtt / 4 + 1 },
    duplicate,
    seed: seed * 2 + direction,
  };
}

function albumOn(
  conditions: Conditions,
  options: Omit<AlbumOptions, 'aToB' | 'bToA'>,
  then?: (album: Album) => void,
): Album {
  const album = new Album({
    maxLanes: 64,
    ...options,
    aToB: linkOf(conditions, 0),
    bToA: linkOf(conditions, 1),
  });
  then?.(album);
  expect(album.run(MAX_RUN_TIME)).toBe('until');
  return album;
}

/** Every picture is whole on both sides, or has ended as it may. */
function expectWhole(album: Album, count: number): void {
  for (let picture = 0; picture < count; picture++) {
    expect(album.received.get(picture)).toBe('whole');
    expect(album.sent.get(picture)).toBe('whole');
  }
}

const CALM: Conditions = {
  loss: 0.02,
  burst: 1,
  rate: 20e6,
  rtt: 40,
  jitter: 0,
  reorder: 0,
  duplicate: 0,
  queueMs: 100,
  seed: 1,
};

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: TIMEOUT_MS });

describe('a picture', () => {
  test.each(EDGES)('of %i bytes arrives at any loss, alone and with a preview', (size) => {
    for (const loss of [0, 0.1, 0.6]) {
      const preview = pictureOf(5000, 9);
      for (const previews of [[], [preview]]) {
        const album = albumOn(
          { ...CALM, loss },
          { lanes: 4, pictures: [pictureOf(size, size)], previews: previews },
        );
        expectWhole(album, 1);
      }
    }
  });

  test(
    '[P-60] arrives over any path, lanes that die and come back, blackouts and a control channel that is cut',
    () => {
      const trouble = fc.record({
        kind: fc.constantFrom('none', 'none', 'lanes', 'some-lanes', 'blackout', 'control', 'reload'),
        at: fc.integer({ min: 0, max: 1500 }),
        back: fc.integer({ min: 1, max: 4000 }),
      });
      fc.assert(
        fc.property(
          links,
          fc.array(sizes, { minLength: 1, maxLength: 3 }),
          fc.constantFrom(1, 2, 8, 16, 64),
          fc.boolean(),
          fc.constantFrom(0, 700, 9000),
          trouble,
          (conditions, lengths, lanes, overlap, preview, { kind, at, back }) => {
            const pictures = lengths.map((length, i) => pictureOf(length, i + conditions.seed));
            const previews = lengths.map((_, i) => pictureOf(preview, 77 + i));
            const album = albumOn(conditions, { lanes, pictures, previews, overlap }, (running) => {
              const { pair } = running;
              pair.at(at, () => {
                if (kind === 'control') running.cutControl(back);
                else if (kind === 'reload') running.reloadReceiver(back);
                else if (kind === 'some-lanes') pair.closeLane(1);
                else if (kind === 'blackout') {
                  pair.links.aToB.blackout(at, at + back);
                  pair.links.bToA.blackout(at, at + back);
                }
                if (kind === 'lanes') running.closeLanes();
                if (kind === 'lanes' || kind === 'some-lanes')
                  pair.at(at + back, () => running.openLanes(kind === 'lanes' ? lanes : 1));
              });
            });
            expectWhole(album, pictures.length);
            expect(album.receiver.violations.count).toBeLessThan(1e6);
          },
        ),
        runs(150),
      );
    },
    TIMEOUT_MS,
  );

  test(
    'arrives over lanes that are SCTP associations, or ends by a name',
    () => {
      fc.assert(
        fc.property(links, sizes, fc.constantFrom(4, 16, 64), (conditions, length, lanes) => {
          const loss = conditions.loss / 2;
          const album = albumOn(
            { ...conditions, loss },
            { lanes, laneModel: 'sctp', pictures: [pictureOf(length, 5)] },
          );
          expect(['whole', 'silence', 'cancelled']).toContain(album.received.get(0));
          if (loss < 0.2) expectWhole(album, 1);
        }),
        runs(40),
      );
    },
    TIMEOUT_MS,
  );

  test(
    '[P-21, P-55, P-57] ends the same on both sides when either cancels or declines at any time',
    () => {
      fc.assert(
        fc.property(
          links,
          fc.array(sizes, { minLength: 2, maxLength: 4 }),
          fc.constantFrom('sender' as const, 'receiver' as const),
          fc.integer({ min: 0, max: 3000 }),
          fc.boolean(),
          fc.nat({ max: 3 }),
          fc.option(fc.integer({ min: 1, max: 2000 })),
          (conditions, lengths, side, at, overlap, refused, cut) => {
            const pictures = lengths.map((length, i) => pictureOf(length, i));
            const album = albumOn(
              conditions,
              { lanes: 8, pictures, overlap, declines: (picture) => picture === refused },
              (running) => {
                running.pair.at(at, () => {
                  for (let picture = 0; picture < 2; picture++) running.cancel(side, picture);
                  if (cut !== null) running.cutControl(cut);
                });
              },
            );
            for (let picture = 0; picture < pictures.length; picture++) {
              const [sent, received] = [album.sent.get(picture), album.received.get(picture)];
              // Who cancels while the other's last word is on its way keeps what it decided.
              if (picture < 2) expect(['whole', 'declined', 'cancelled']).toContain(sent);
              // A refusal that was lost with the control channel is said again as a cancellation.
              else if (picture === refused) expect(['declined', 'cancelled']).toContain(sent);
              else expect(sent).toBe('whole');
              if (received === 'whole') expect(['whole', 'cancelled']).toContain(sent);
            }
          },
        ),
        runs(40),
      );
    },
    TIMEOUT_MS,
  );
});

describe('clocks', () => {
  test('[P-33] may show anything on either side, and begin again at any moment of a transfer', () => {
    const wrap = 2 ** 32 / 10;
    for (const clocks of [
      [0, 1e12],
      [1e12, 0],
      [wrap - 400, 5],
      [7, 3 * wrap - 300],
      // Their difference is where a signed number of 32 bits begins again, and delays move it to and fro.
      [0, wrap / 2 - 60],
      [0, wrap / 2 - 100],
    ] as const) {
      const album = albumOn(
        { ...CALM, rtt: 100, loss: 0.05, jitter: 3 },
        { lanes: 16, clocks, pictures: [pictureOf(1_500_000, 3), pictureOf(500_000, 4)] },
      );
      expectWhole(album, 2);
      // 20 Mbit/s carry it in 0.9 s; a clock misread holds the rate down.
      expect(album.pair.now, `clocks ${clocks.join(' and ')}`).toBeLessThan(3500);
    }
  });
});
