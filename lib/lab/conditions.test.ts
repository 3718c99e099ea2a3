import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_CONDITIONS,
  decodeConditions,
  encodeConditions,
  linksOf,
  MAX_SEED,
  PRESETS,
  presetOf,
  RIVALS,
  SLIDERS,
  STOPS,
  type Conditions,
} from './conditions.ts';

const anyConditions: fc.Arbitrary<Conditions> = fc.record({
  loss: fc.constantFrom(...STOPS.loss),
  burst: fc.constantFrom(...STOPS.burst),
  roundTrip: fc.constantFrom(...STOPS.roundTrip),
  rate: fc.constantFrom(...STOPS.rate),
  queue: fc.constantFrom(...STOPS.queue),
  lanes: fc.constantFrom(...STOPS.lanes),
  seed: fc.integer({ min: 1, max: MAX_SEED }),
  rival: fc.constantFrom(...RIVALS),
});

describe('a shared link', () => {
  test('brings back exactly what was shared', () => {
    fc.assert(
      fc.property(anyConditions, (conditions) => {
        expect(decodeConditions(`#${encodeConditions(conditions)}`)).toEqual(conditions);
      }),
    );
  });

  test('says nothing and means the default', () => {
    expect(decodeConditions('')).toEqual(DEFAULT_CONDITIONS);
  });

  test('moves values between the stops to the nearest one', () => {
    const { loss, roundTrip, rate, seed, rival } = decodeConditions(
      '#loss=4.4&roundTrip=1e9&rate=-3&seed=0&rival=carrier-pigeon',
    );
    expect({ loss, roundTrip, rate, seed, rival }).toEqual({
      loss: 5,
      roundTrip: 600,
      rate: 0.5,
      seed: 1,
      rival: DEFAULT_CONDITIONS.rival,
    });
  });

  test('can say anything and only ever sets sliders to their stops', () => {
    const names = fc.constantFrom<string>(...SLIDERS, 'seed', 'rival', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.string())), (said) => {
        const conditions = decodeConditions(said.map(([name, value]) => `${name}=${value}`).join('&'));
        for (const slider of SLIDERS) expect(STOPS[slider]).toContain(conditions[slider]);
        expect(conditions.seed).toBeGreaterThanOrEqual(1);
        expect(conditions.seed).toBeLessThanOrEqual(MAX_SEED);
        expect(RIVALS).toContain(conditions.rival);
      }),
    );
  });
});

describe('presets', () => {
  test('stand on stops of the sliders, and are recognised', () => {
    for (const [name, preset] of Object.entries(PRESETS)) {
      for (const slider of SLIDERS) expect(STOPS[slider]).toContain(preset[slider]);
      expect(presetOf({ ...DEFAULT_CONDITIONS, ...preset })).toBe(name);
    }
    expect(presetOf({ ...DEFAULT_CONDITIONS, loss: 30 })).toBeUndefined();
  });
});

describe('the path', () => {
  test('has each direction lose other packets, and both half the round trip', () => {
    const { forward, reverse } = linksOf({ ...DEFAULT_CONDITIONS, roundTrip: 80, seed: 4 });
    expect(forward.delay + reverse.delay).toBe(80);
    expect(forward.seed).not.toBe(reverse.seed);
  });

  test('loses in bursts when they are longer than one packet', () => {
    expect(linksOf({ ...DEFAULT_CONDITIONS, loss: 5, burst: 1 }).forward.loss).toEqual({
      kind: 'independent',
      p: 0.05,
    });
    expect(linksOf({ ...DEFAULT_CONDITIONS, loss: 5, burst: 3 }).forward.loss).toEqual({
      kind: 'bursts',
      p: 0.05,
      meanLength: 3,
    });
  });
});
