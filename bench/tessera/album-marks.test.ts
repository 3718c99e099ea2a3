import { describe, expect, test } from 'vitest';
import { type AlbumMark, gapsBetween } from './album-marks.ts';

const marks = (...list: [AlbumMark['kind'], string, number][]): AlbumMark[] =>
  list.map(([kind, name, at]) => ({ kind, name, at }));

describe('the gaps of an album', () => {
  test('lie between the end of one picture and the first chunk of the next', () => {
    expect(
      gapsBetween(
        marks(
          ['began', 'a', 10],
          ['complete', 'a', 50],
          ['began', 'b', 57],
          ['complete', 'b', 90],
          ['began', 'c', 92],
          ['complete', 'c', 99],
        ),
      ),
    ).toEqual([7, 2]);
  });

  test('are none where the next picture begins before the one is complete', () => {
    expect(
      gapsBetween(
        marks(['began', 'a', 10], ['began', 'b', 40], ['complete', 'a', 50], ['complete', 'b', 90]),
      ),
    ).toEqual([0]);
  });

  test('are none while an earlier picture is still on its way', () => {
    expect(
      gapsBetween(
        marks(
          ['began', 'a', 10],
          ['began', 'b', 20],
          ['complete', 'b', 30],
          ['began', 'c', 40],
          ['complete', 'c', 45],
          ['complete', 'a', 50],
          ['began', 'd', 60],
        ),
      ),
    ).toEqual([0, 0, 10]);
  });
});
