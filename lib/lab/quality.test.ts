import { describe, expect, test } from 'vitest';
import {
  EXACT_DB,
  firstPictureAt,
  frontsToMeasure,
  psnr,
  qualityOver,
  type QualityCurve,
} from './quality.ts';
import { StepRecorder, type Steps, type System, type Timeline } from './timeline.ts';

function grey(...levels: number[]): Uint8ClampedArray {
  return Uint8ClampedArray.from(levels.flatMap((level) => [level, level, level, 255]));
}

function steps(...points: [at: number, value: number][]): Steps {
  const recorder = new StepRecorder();
  for (const [at, value] of points) recorder.add(at, value);
  return recorder.steps();
}

function timeline(system: System, front: Steps, previewAt?: number): Timeline {
  return {
    system,
    byteLength: 1000,
    chunks: 1,
    completeAt: front.at.at(-1),
    previewAt,
    front,
    arrived: front,
    events: { at: new Float64Array(0), chunk: new Uint32Array(0), state: new Uint8Array(0) },
    packets: { sent: 1, lost: 0 },
  };
}

const curve: QualityCurve = {
  bytes: Float64Array.of(100, 400, 1000),
  bare: Float64Array.of(Number.NaN, 21, EXACT_DB),
  overPreview: Float64Array.of(Number.NaN, 30, EXACT_DB),
  preview: 25,
  thumb: 15,
};

describe('psnr', () => {
  test('is what the definition says', () => {
    // Mean square error 16: 10 · log10(255² / 16)
    expect(psnr(grey(100, 100), grey(104, 96))).toBeCloseTo(36.09, 2);
  });

  test('is the greatest for an exact copy and zero for the opposite', () => {
    expect(psnr(grey(1, 2, 3), grey(1, 2, 3))).toBe(EXACT_DB);
    expect(psnr(grey(0, 255), grey(255, 0))).toBe(0);
  });
});

describe('fronts to measure', () => {
  test('grow to the whole file, each once, even of a file of a few bytes', () => {
    for (const byteLength of [1, 5, 1000, 1e6]) {
      const fronts = frontsToMeasure(byteLength, 20);
      expect(fronts.at(-1)).toBe(byteLength);
      expect(fronts).toEqual([...new Set(fronts)].sort((a, b) => a - b));
      expect(fronts[0]).toBeGreaterThan(0);
    }
  });
});

describe('quality over time', () => {
  test('of Tessera begins with the thumb, then the preview, then the front over it', () => {
    const { at, value } = qualityOver(
      timeline('tessera', steps([50, 100], [60, 500], [90, 1000]), 20),
      curve,
    );
    expect([...at]).toEqual([0, 20, 60, 90]);
    expect([...value]).toEqual([15, 25, 30, EXACT_DB]);
  });

  test('of a rival begins with the first front that a decoder can show', () => {
    const { at, value } = qualityOver(
      timeline('bbr', steps([50, 100], [60, 399], [70, 400], [90, 1000])),
      curve,
    );
    expect([...at]).toEqual([70, 90]);
    expect([...value]).toEqual([21, EXACT_DB]);
  });

  test('never falls: what stands stays until something better comes', () => {
    const { at, value } = qualityOver(timeline('tessera', steps([10, 400], [90, 1000]), 20), curve);
    expect([...value]).toEqual([15, 21, 25, EXACT_DB]);
    expect([...at]).toEqual([0, 10, 20, 90]);
  });

  test('shows the preview although no byte of the original ever comes', () => {
    const quality = qualityOver(timeline('tessera', steps(), 20), curve);
    expect(firstPictureAt(quality)).toBe(20);
  });
});

describe('the first picture', () => {
  test('is not the thumb, however good', () => {
    const quality = qualityOver(timeline('tessera', steps([90, 1000]), 20), { ...curve, thumb: 24 });
    expect(firstPictureAt(quality)).toBe(20);
  });

  test('is not half a picture over grey', () => {
    const half = { ...curve, bare: Float64Array.of(9, 14, EXACT_DB) };
    expect(firstPictureAt(qualityOver(timeline('sctp', steps([10, 100], [20, 400], [90, 1000])), half))).toBe(
      90,
    );
  });

  test('never comes where nothing can be made out', () => {
    expect(firstPictureAt(qualityOver(timeline('sctp', steps([10, 100])), curve))).toBeUndefined();
  });
});
