import { describe, expect, test } from 'vitest';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { CapacityTrains } from './capacity-trains.ts';

/** The whole train that is due. */
function take(trains: CapacityTrains, now: number): number {
  let length = 0;
  for (let place = trains.poll(now); place !== undefined; place = trains.poll(now)) {
    expect(place.place).toBe(length);
    length += 1;
  }
  return length;
}

/** Every train, on a path that carries `rate` bytes a millisecond, and how long each was. */
function probe(rate: number, trains = new CapacityTrains()): number[] {
  const lengths: number[] = [];
  for (let now = 0; now < 10_000 && !trains.over; now += 50) {
    const length = take(trains, now);
    if (length === 0) continue;
    lengths.push(length);
    const last = length - 1;
    const report = { train: lengths.length, count: length, first: 0, last };
    trains.heard({ ...report, time: Math.round((10 * last * DATA_PACKET) / rate) }, now, now + 40);
  }
  return lengths;
}

describe('trains of probes', () => {
  test('[P-121] grow until one takes 20 ms, the first one not counted, to 32 packets at most', () => {
    for (const [mbits, lengths] of [
      [0.4, [4, 4]],
      [1, [4, 8]],
      [2.5, [4, 8]],
      [5, [4, 8, 16]],
      [6, [4, 16]],
      [10, [4, 16, 32]],
      [20, [4, 16, 32]],
      [50, [4, 16, 32]],
    ] as const) {
      const trains = new CapacityTrains();
      expect(probe(mbits * 125, trains)).toEqual(lengths);
      expect(trains.rate!.rate / (mbits * 125)).toBeCloseTo(1, 1);
      expect(trains.nextTimeout()).toBe(Infinity);
      expect(take(trains, 20_000)).toBe(0);
    }
  });

  test('[P-121] wait for the report of the one before, and end when there is none', () => {
    const trains = new CapacityTrains();
    expect(take(trains, 0)).toBe(4);
    expect(take(trains, 1500)).toBe(0);
    expect(trains.over).toBe(false);
    expect(take(trains, trains.nextTimeout())).toBe(0);
    expect(trains.over).toBe(true);
    expect(trains.rate).toBeUndefined();
  });

  test('are judged without their last packets when what followed has arrived', () => {
    const trains = new CapacityTrains();
    take(trains, 0);
    // Its own time, as its ticks show it.
    trains.heard({ train: 1, count: 2, first: 0, last: 2, time: 108 }, 0.05, 60);
    expect(trains.rate).toBeUndefined();
    trains.heard(undefined, 25, 70);
    expect(trains.rate?.rate).toBeCloseTo((2 * DATA_PACKET) / 10.8);
  });

  test('[P-121] that were not sent, and places that they did not have, are not believed', () => {
    const trains = new CapacityTrains();
    take(trains, 0);
    trains.heard({ train: 2, count: 4, first: 0, last: 3, time: 1 }, 0, 40);
    trains.heard({ train: 1, count: 4, first: 0, last: 200, time: 1 }, 0, 50);
    expect(trains.open).toBe(true);
    trains.heard({ train: 1, count: 4, first: 0, last: 3, time: 100 }, 0, 60);
    // Once.
    trains.heard({ train: 1, count: 4, first: 0, last: 3, time: 1 }, 0, 70);
    expect(trains.rate?.rate).toBeCloseTo((3 * DATA_PACKET) / 10);
  });

  test('[P-121] a first one that takes long shows nothing until another one does, too', () => {
    const trains = new CapacityTrains();
    take(trains, 0);
    expect([trains.undecided, trains.seemSlow]).toEqual([true, false]);
    trains.heard({ train: 1, count: 4, first: 0, last: 3, time: 300 }, 0, 60);
    expect([trains.undecided, trains.seemSlow, trains.rate]).toEqual([true, true, undefined]);
    // It was a stall.
    expect(take(trains, 200)).toBe(8);
    trains.heard({ train: 2, count: 8, first: 0, last: 7, time: 30 }, 200, 260);
    expect([trains.undecided, trains.seemSlow]).toEqual([false, false]);
    expect(trains.rate).toMatchObject({ rate: (7 * DATA_PACKET) / 3, time: 3 });
    expect(take(trains, 400)).toBe(32);
  });

  test('take the smaller rate of the last two, since late arrivals that are handed over at once look fast', () => {
    const trains = new CapacityTrains();
    const times = [6, 14, 1, 62];
    let now = 0;
    for (const [i, time] of times.entries()) {
      const length = take(trains, now);
      trains.heard(
        { train: i + 1, count: length, first: 0, last: length - 1, time: time * 10 },
        now,
        now + 30,
      );
      now += 200;
      if (i === 2) expect(trains.rate?.rate).toBeCloseTo((7 * DATA_PACKET) / 14);
    }
    expect(trains.rate?.rate).toBeCloseTo((31 * DATA_PACKET) / 62);
  });

  test('[P-121] of the path of an earlier connection show nothing of the next one, and those that are left wait for its lanes', () => {
    const trains = new CapacityTrains();
    take(trains, 0);
    trains.heard({ train: 1, count: 4, first: 0, last: 3, time: 10 }, 0, 40);
    trains.poll(100);
    trains.forget(2000);
    // The rest of the second one is not sent seconds after its first packet, and what is heard of it is old.
    expect([take(trains, 2000), trains.open]).toEqual([0, false]);
    trains.heard({ train: 2, count: 2, first: 0, last: 7, time: 20_000 }, 2000, 2050);
    expect(trains.rate).toBeUndefined();
    // However often the connection is lost, each is begun once.
    expect(take(trains, trains.nextTimeout())).toBe(32);
    expect(trains.nextTimeout()).toBeGreaterThan(2500);
  });

  test('[P-121] are broken off by a picture', () => {
    const trains = new CapacityTrains();
    trains.poll(0);
    trains.stop();
    expect(trains.over).toBe(true);
    expect(take(trains, 100)).toBe(0);
  });
});
