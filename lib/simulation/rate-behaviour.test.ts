/** What the rate controller makes of a path: shares, queues and losses, with room for what is chance. */
import { describe, expect, test } from 'vitest';
import { DATA_PACKET } from '../protocol/wire/lane-packet.ts';
import { Album, pictureOf } from './album.fixture.ts';
import type { LinkOptions } from './link.ts';
import { runPathCase } from './path-case.ts';
import { PATH_CASES } from './path-cases.ts';
import { transferPictures } from './picture-transfer.ts';
import { ReliableFlow } from './reliable-flow.ts';
import { runShareCase, SHARE_CASES } from './share-case.ts';
import { WIRE_EFFICIENCY } from './sweep.ts';

const TIMEOUT_MS = 120_000;
const LONG = process.env['TESSERA_LONG'] === '1';

interface Path {
  rate: number;
  rtt: number;
  loss: number;
  queueMs: number;
  seed?: number;
}

/** Both directions of a path. */
function linksOf({ rate, rtt, loss, queueMs, seed }: Required<Path>): Record<'aToB' | 'bToA', LinkOptions> {
  const way = { rate, queueMs, delay: rtt / 2, loss: { kind: 'independent', p: loss } as const };
  return { aToB: { ...way, seed }, bToA: { ...way, seed: seed + 1 } };
}

function albumOn(path: Path, pictures: Uint8Array[], lanes = 16): Album {
  return new Album({ ...linksOf({ seed: 11, ...path }), lanes, maxLanes: 128, pictures });
}

/** Figures of the second picture of three seconds; the first has taught the path. */
function second(path: Path): { used: number; queueMax: number; dropped: number } {
  const size = Math.round((path.rate * 3) / 8);
  const album = albumOn(path, [pictureOf(size, 1), pictureOf(size, 2)]);
  const { pair } = album;
  expect(pair.run({ until: () => album.sent.size === 1 })).toBe('until');
  const { stats } = pair.links.aToB;
  const before = { ...stats, now: pair.now };
  stats.queueDelayMax = 0;
  expect(album.run(600_000)).toBe('until');
  // Offer, answer, first chunk and last word: two round trips.
  const time = pair.now - before.now - 2 * path.rtt;
  return {
    used: (size * 8000) / time / (path.rate * WIRE_EFFICIENCY * (1 - path.loss)),
    queueMax: stats.queueDelayMax,
    dropped: (stats.queueDropped - before.queueDropped) / (stats.sent - before.sent),
  };
}

describe('the rate', () => {
  test.each([2e6, 10e6, 50e6])(
    '[P-46] uses a bottleneck of %i bit/s, and leaves its long queue short',
    (rate) => {
      const { used, queueMax, dropped } = second({ rate, rtt: 60, loss: 0, queueMs: 500 });
      expect(used).toBeGreaterThan(0.85);
      expect(queueMax).toBeLessThan(150);
      expect(dropped).toBe(0);
    },
    TIMEOUT_MS,
  );

  test(
    '[P-46] holds the limit that a person set, and uses the path again once it is lifted',
    () => {
      const path = { rate: 50e6, rtt: 40, loss: 0.05, queueMs: 100 };
      // As many lanes as an idle path of this rate gets.
      const album = albumOn(path, [pictureOf(2_000_000, 1), pictureOf(8_000_000, 2)], 96);
      const { pair } = album;
      album.sender.limitRate(8e6 / 8, 0);
      expect(pair.run({ until: () => album.sent.size === 1, maxTime: 60_000 })).toBe('until');
      // The limit is of lane messages; the link counts the headers below them, too.
      const megabits = (pair.links.aToB.stats.byteLength * WIRE_EFFICIENCY * 8) / (pair.now * 1000);
      expect(megabits).toBeLessThan(8.2);
      expect(megabits).toBeGreaterThan(6.5);
      const { now } = pair;
      album.sender.limitRate(undefined, now);
      expect(album.run(60_000)).toBe('until');
      expect((8_000_000 * 8) / ((pair.now - now) * 1000)).toBeGreaterThan(25);
    },
    TIMEOUT_MS,
  );

  test.each([2e6, 10e6, 50e6])(
    '[P-46] of a path of %i bit/s is not brought down by random loss',
    (rate) => {
      // How many lanes the first picture has left open is chance.
      const runs = [11, 21, 31].map((seed) => second({ rate, rtt: 60, loss: 0.1, queueMs: 500, seed }));
      expect(runs.reduce((sum, { used }) => sum + used, 0) / runs.length).toBeGreaterThan(0.7);
      for (const { queueMax } of runs) expect(queueMax).toBeLessThan(150);
    },
    TIMEOUT_MS,
  );

  test.each([
    { loss: 0, rtt: 60, most: 4 },
    { loss: 0, rtt: 8, most: 10 },
    { loss: 0.05, rtt: 60, most: 1 },
  ])(
    '[P-26] lets up to $most packets share a message at a loss of $loss and $rtt ms',
    ({ loss, rtt, most }) => {
      const album = albumOn({ rate: 50e6, rtt, loss, queueMs: 500 }, [pictureOf(3e6, 1), pictureOf(3e6, 2)]);
      let longest = 0;
      let messages = 0;
      const { sender } = album;
      const poll = sender.pollTransmit.bind(sender);
      sender.pollTransmit = (now) => {
        const transmit = poll(now);
        // Of the second picture: the first has taught the path.
        if (album.sent.size === 1 && transmit !== undefined && transmit.lane > 0) {
          longest = Math.max(longest, Math.ceil(transmit.bytes.length / DATA_PACKET));
          messages += 1;
        }
        return transmit;
      };
      expect(album.run(600_000)).toBe('until');
      expect(longest).toBe(most);
      expect(messages).toBeLessThan((1.2 * 3e6) / 1024 / (most > 1 ? 2 : 1));
    },
    TIMEOUT_MS,
  );

  // Before, bursts after a stall were taken for a faster path and lateness for loss: 1.14 packets sent for
  // each needed without any loss, 1.28 at 5 %; now 1.05 and 1.14. Of one seed alone chance decides a tenth.
  test.each([
    { loss: 0, reach: 1.06 },
    { loss: 0.05, reach: 1.18 },
  ])(
    'is not deceived by event loops that stall, and sends little that nobody needs, at a loss of $loss',
    ({ loss, reach }) => {
      const pictures = [1, 2, 3, 4].map((seed) => pictureOf(5_000_000, seed));
      let sent = 0;
      let chunks = 0;
      for (const seed of LONG ? [2, 12, 22, 32, 42, 52] : [2, 12, 22]) {
        const { results, end } = transferPictures({
          ...linksOf({ rate: 50e6, rtt: 100, loss, queueMs: 100, seed }),
          laneModel: 'sctp',
          lanes: 32,
          maxLanes: 192,
          pictures,
          pause: 2000,
          stalls: { every: 120, length: 20, seed: seed + 2 },
        });
        expect(end).toBe('until');
        for (const result of results.slice(1)) {
          expect(result.equal).toBe(true);
          sent += result.packetsSent;
          chunks += result.chunks;
        }
      }
      expect(sent / chunks).toBeLessThan(reach);
    },
    TIMEOUT_MS,
  );

  // 1.11, 1.26 and 1.10 as measured. Before the rate was kept over a pause the third took up to three times
  // the limit; and before the first thing of contending was a look whether we are alone, 1.43 at 10 Mbit/s.
  test.each([
    { rate: 50e6, loss: 0.05, reach: 1.3 },
    { rate: 50e6, loss: 0.1, reach: 1.45 },
    { rate: 10e6, loss: 0.1, reach: 1.25 },
  ])(
    'is there from the first moment of the third picture, after pauses of two seconds, at $rate bit/s and a loss of $loss',
    ({ rate, loss, reach }) => {
      const size = 5_000_000;
      const { results } = transferPictures({
        ...linksOf({ rate, rtt: 100, loss, queueMs: 100, seed: 2 }),
        laneModel: 'sctp',
        lanes: 32,
        maxLanes: 192,
        pictures: [1, 2, 3].map((seed) => pictureOf(size, seed)),
        pause: 2000,
      });
      const limit = 100 + (size * 8000) / (WIRE_EFFICIENCY * rate * (1 - loss));
      const third = results[2]!;
      expect((third.completeAt - third.acceptedAt) / limit).toBeLessThan(reach);
    },
    TIMEOUT_MS,
  );

  // 0.1 to 4 % and 1.03 to 1.1 as measured. Before, its overflow was taken for the path's loss and was
  // compensated: 25 to 30 % of the packets met the full queue, and each was sent twice. A queue of 2 ms took
  // 1.26 while probing leapt to 1.5 after each test, in which the queue had been empty.
  test.each([
    ['queue 20 ms', 1.08, 0.02],
    // 0.3 %, or 3 to 7 by chance: on three of seven round trips.
    ['queue 10 ms', 1.1, 0.06],
    ['queue 5 ms', 1.12, 0.03],
    ['queue 2 ms', 1.1, 0.02],
    ['queue 20 ms, 2 %', 1.1, 0.02],
    ['policer 60 KB', 1.15, 0.04],
    ['policer 250 KB', 1.15, 0.05],
  ] as const)(
    '[P-46] tells its own overflow from the path’s loss: %s',
    (name, reach, most) => {
      const path = PATH_CASES.find((one) => one.name === name)!;
      // The first has taught the path.
      const later = [1, 2].flatMap((seed) => runPathCase({ ...path, pictures: 2 }, seed).slice(1));
      for (const { ratio, dropped } of later) {
        expect(ratio).toBeLessThan(reach);
        expect(dropped).toBeLessThan(most);
      }
    },
    TIMEOUT_MS,
  );

  // 1.1 to 1.2 as measured; 2 to 30 before, when a delay above 24 ms was a rival whatever it answered to,
  // and each random loss then halved the window. 50 Mbit/s and 300 ms: 1.5 to 2, when each picture began
  // startup anew.
  test.each([
    ['jitter 50 ms, 2 %', 1.3],
    ['jitter 80 ms, 2 %', 1.35],
    ['delay wanders 80 ms in 15 s, 2 %', 1.35],
    ['50 Mbit/s, 300 ms, no loss', 1.15],
  ] as const)(
    '[P-46] takes delay that answers to no back-off for the path’s: %s',
    (name, reach) => {
      const path = PATH_CASES.find((one) => one.name === name)!;
      for (const { ratio } of runPathCase(path, 1).slice(1)) expect(ratio).toBeLessThan(reach);
    },
    TIMEOUT_MS,
  );

  // 1.38 as measured. It was 1.46 while the moment in which nothing arrived looked like a rate that falls.
  test(
    '[P-46] goes on where a round trip of 20 ms becomes one of 200',
    () => {
      const path = PATH_CASES.find(({ name }) => name === 'round trip 20 → 200 ms')!;
      expect(runPathCase(path, 1)[0]?.ratio).toBeLessThan(1.4);
    },
    TIMEOUT_MS,
  );

  // 12 ms of queue had become 77 in 170 s when the base was forgotten with a queue in it.
  test(
    '[P-46] keeps the queue of a file of minutes as short as it was',
    () => {
      const album = albumOn({ rate: 5e6, rtt: 60, loss: 0, queueMs: 1000 }, [new Uint8Array(60_000_000)]);
      const { pair } = album;
      pair.run({ maxTime: 50_000 });
      const { stats } = pair.links.aToB;
      const [sum, sent] = [stats.queueDelaySum, stats.sent];
      pair.run({ maxTime: 80_000 });
      expect((stats.queueDelaySum - sum) / (stats.sent - sent)).toBeLessThan(20);
    },
    TIMEOUT_MS,
  );

  test.each([10e6, 50e6])(
    'of a path of %i bit/s whose queue is shallow does not drown it',
    (rate) => {
      const { used, dropped } = second({ rate, rtt: 60, loss: 0, queueMs: 5 });
      expect(dropped).toBeLessThan(0.1);
      expect(used).toBeGreaterThan(0.6);
    },
    TIMEOUT_MS,
  );

  // 1.12 and 8 % as measured; before, six round trips kept the old rate, and the lanes collapsed together.
  test(
    '[P-46] takes a rate that falls fourfold at once where the queue shows it',
    () => {
      const path = PATH_CASES.find(({ name }) => name === '50 → 12.5 Mbit/s, queue 500 ms')!;
      const [figure] = runPathCase(path, 1);
      expect(figure?.ratio).toBeLessThan(1.2);
      expect(figure?.dropped).toBeLessThan(0.02);
    },
    TIMEOUT_MS,
  );

  // 1.31, 1.22 and 1.24 as measured, with 3, 4 and 5 % dropped, on average over three round trips: Wi-Fi's
  // rate and a controller's turns fall together by chance. When it went by the queue of a round trip ago
  // alone, 4, 12 and 7 % met the full queue, and LTE took 1.45 times the limit.
  test.each([
    ['Wi-Fi, 8–40 Mbit/s each 50 ms', 0.04],
    ['LTE, 3–30 Mbit/s each 200 ms', 0.06],
    ['50 → 12.5 Mbit/s', 0.06],
  ] as const)(
    '[P-46] paces by what is on its way where the rate falls: %s',
    (name, most) => {
      const path = PATH_CASES.find((one) => one.name === name)!;
      const figures = [50, 60, 70].flatMap((rtt) => runPathCase({ ...path, rtt }, 1));
      const mean = (of: 'ratio' | 'dropped'): number => figures.reduce((sum, one) => sum + one[of], 0) / 3;
      expect(mean('ratio')).toBeLessThan(1.33);
      expect(mean('dropped')).toBeLessThan(most);
    },
    TIMEOUT_MS,
  );

  // 1.03 and 1.05 as measured. Lanes that carried one packet each had a window of one then: the second
  // picture took twice the limit. And one that ended within its search set the rate by its last packets: 2.9.
  test(
    'loses no lane to an acknowledgement that comes late, and no rate to a picture’s end: 200 KB, 300 ms, 10 %',
    () => {
      const path = PATH_CASES.find(({ name }) => name === '200 KB, 300 ms, 10 %')!;
      const later = [1, 2, 3].map((seed) => runPathCase(path, seed).slice(1));
      for (const [secondPicture] of later) expect(secondPicture?.ratio).toBeLessThan(1.2);
      for (const { ratio } of later.flat()) expect(ratio).toBeLessThan(2);
    },
    TIMEOUT_MS,
  );

  // The worst of 30 was 4 times the limit when the last flight had twice the patience; 1.5 as measured. The
  // mean was 1.38 while lanes with a window of one packet were given more; 1.15 as measured.
  test(
    '[P-39] has no more patience with the last flight than it needs, and gives collapsed lanes one packet',
    () => {
      const path = PATH_CASES.find(({ name }) => name === '200 KB, 20 %')!;
      const later = [1, 2, 3, 4, 5, 6].flatMap((seed) => runPathCase(path, seed).slice(1));
      const ratios = later.map(({ ratio }) => ratio);
      expect(Math.max(...ratios)).toBeLessThan(2);
      expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThan(1.25);
    },
    TIMEOUT_MS,
  );

  // 1.03 to 1.14 as measured, without a drop. From 8 Mbit/s blind they took 1.4 to 2.1 times the limit; at
  // 1 Mbit/s a quarter of the packets met the full queue.
  test.each([
    ['200 KB, 1 Mbit/s', 1.2],
    ['200 KB, 2 Mbit/s, 2 %', 1.2],
    ['200 KB, 50 Mbit/s', 1.1],
    ['200 KB, 200 ms, 5 %', 1.2],
    ['200 KB, 300 ms, 10 %', 1.4],
    ['200 KB, 20 %', 1.5],
    ['100 ms, no loss', 1.1],
    ['50 Mbit/s, 300 ms, no loss', 1.4],
  ] as const)(
    '[P-121] knows the rate before the first picture needs it: %s',
    (name, reach) => {
      const path = PATH_CASES.find((one) => one.name === name)!;
      for (const seed of [1, 2, 3]) {
        const [first] = runPathCase({ ...path, pictures: 1 }, seed);
        expect(first?.ratio).toBeLessThan(reach);
        expect(first?.dropped).toBeLessThan(0.03);
      }
    },
    TIMEOUT_MS,
  );

  // 38 %, 29, 52 and 52 as measured. While one overflow of a rival’s queue cut the window two or three times,
  // CUBIC with a queue of 500 ms left 17.
  test.each(SHARE_CASES.filter(({ rival }) => typeof rival === 'string'))(
    '[P-46] has its part of a queue beside $name',
    (one) => {
      const [ours] = runShareCase(one, 1).shares;
      const [least, most] = one.reach;
      expect(ours).toBeGreaterThan(least);
      expect(ours).toBeLessThan(most);
    },
    TIMEOUT_MS,
  );

  test.runIf(LONG)(
    '[P-46] shares a bottleneck with a reliable channel: neither is left with less than a quarter [needs TESSERA_LONG=1]',
    () => {
      // Both find their rates in the first seconds; what counts is what they live with then.
      const [from, to] = [10_000, 40_000];
      const album = albumOn({ rate: 20e6, rtt: 60, loss: 0, queueMs: 100 }, [new Uint8Array(160_000_000)]);
      const { pair } = album;
      const rival = new ReliableFlow({ model: 'sctp', size: Infinity }, pair.path('aToB'));
      const chunks = () => album.receiver.transfer(1)?.chunks ?? 0;
      pair.run({ maxTime: from });
      const before = chunks();
      pair.run({ maxTime: to });
      const ours = (chunks() - before) * 1024;
      const whole = ours + rival.deliveredPrefix(to) - rival.deliveredPrefix(from);
      rival.close();
      expect(ours / whole).toBeGreaterThan(0.25);
      expect(ours / whole).toBeLessThan(0.75);
    },
    TIMEOUT_MS,
  );
});
