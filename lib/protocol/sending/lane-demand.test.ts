import { describe, expect, test } from 'vitest';
import { assumedRate, lanesWanted, type LaneDemand } from './lane-demand.ts';

/** 50 Mbit/s over 100 ms, known, without loss. */
const path: LaneDemand = {
  rate: 6250,
  roundTrip: 100,
  loss: 0,
  limited: false,
  assumed: 6250,
  lanes: 32,
  busy: false,
};

describe('lanes wanted', () => {
  test('[P-11] are few on a clean path, and at first as many as fresh windows need', () => {
    expect(lanesWanted(path)).toBe(16);
    expect(lanesWanted({ ...path, roundTrip: 2, limited: true })).toBe(18);
    expect(lanesWanted({ ...path, limited: true })).toBe(64);
    expect(lanesWanted({ ...path, rate: 100, limited: true })).toBe(64);
    expect(lanesWanted({ ...path, roundTrip: 300, limited: true })).toBe(96);
  });

  test('[P-11] are more the more is lost, since losses keep windows small', () => {
    const wanted = [0.01, 0.02, 0.05, 0.2].map((loss) => lanesWanted({ ...path, loss }));
    expect(wanted).toEqual([64, 91, 143, 174]);
    expect(lanesWanted({ ...path, loss: 0.2, limited: true })).toBe(192);
  });

  test('[P-11] are no more than the handshakes of a slow path are worth, once trains have shown that it is', () => {
    const at = (shown: number | undefined) =>
      lanesWanted({ ...path, rate: shown ?? 1000, assumed: assumedRate(shown), limited: true });
    expect([undefined, 6250, 2500, 1250, 125].map(at)).toEqual([64, 64, 64, 33, 16]);
  });

  test('come a few at a time while a picture crosses', () => {
    expect(lanesWanted({ ...path, loss: 0.05, busy: true })).toBe(40);
  });
});
