import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JpegEnd } from './jpeg-end.ts';
import { walkJpeg } from './jpeg-segments.ts';
import { bytesOf, jpeg, segment } from '../test-images.ts';

/** With a thumb of its own inside, tables between two scans, fill bytes and a lone marker. */
const picture = bytesOf(
  jpeg(8, 8, [segment(0xe1, 'Exif', jpeg(1, 1))]).subarray(0, -2),
  [0xff, 0xff],
  segment(0xc4, [0, 0xff, 0xd9]).subarray(1),
  [0xff, 0x01],
  segment(0xda, [1, 1, 0, 0, 63, 0]),
  [9, 0xff, 0x00, 0xff, 0xd7, 8, 0xff, 0xff, 0xd9],
);
const film = bytesOf('ftypmp42', [0xff, 0xd8, 0xff, 0xd9]);

function endOf(bytes: Uint8Array, cuts: readonly number[] = []): number | undefined {
  const end = new JpegEnd();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  places.slice(1).forEach((to, i) => end.push(bytes.subarray(places[i], to)));
  return end.at;
}

describe('the end of a JPEG that is still arriving', () => {
  test('is found however the file comes in pieces, and whatever comes behind it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(endOf(bytesOf(picture, film), cuts)).toBe(picture.length);
      }),
    );
    expect(walkJpeg(bytesOf(picture, film)).end).toBe(picture.length);
  });

  test('has not come before its last byte', () => {
    for (let length = 0; length < picture.length; length++)
      expect(endOf(picture.subarray(0, length))).toBeUndefined();
  });

  test('never comes where a marker is missing', () => {
    expect(endOf(bytesOf([0xff, 0xd8, 7, 0xff, 0xd9], picture))).toBeUndefined();
  });

  test('is found nowhere but behind an end-of-image marker, in any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 9 }), (bytes, cuts) => {
        const at = endOf(bytes, cuts);
        expect(at).toBe(endOf(bytes));
        if (at !== undefined) expect([...bytes.subarray(at - 2, at)]).toEqual([0xff, 0xd9]);
      }),
    );
  });
});
