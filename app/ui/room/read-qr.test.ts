import { encodeQR } from 'qr';
import { expect, test } from 'vitest';
import { readQr } from './read-qr.ts';

/** A camera's view of a QR picture: grey on white, a little dirt, `scale` pixels a module. */
function picture(text: string, scale: number, dirt = 0) {
  const modules = encodeQR(text, 'raw', { border: 4 });
  const width = modules.length * scale;
  const data = new Uint8ClampedArray(width * width * 4);
  let state = 1;
  for (let at = 0; at < width * width; at++) {
    const dark = modules[Math.floor(at / width / scale)]?.[Math.floor((at % width) / scale)];
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data.fill((dark ? 50 : 220) + (state / 2 ** 32 - 0.5) * dirt, at * 4, at * 4 + 3);
    data[at * 4 + 3] = 255;
  }
  return { width, height: width, data };
}

const LINK = 'https://tessera.example/receive/#7.Zm9ydHktdHdvLWJ5dGVz';

test.each([3, 5, 9])('a link is read at %i pixels a module, also through a poor camera', (scale) => {
  expect(readQr(picture(LINK, scale))).toBe(LINK);
  expect(readQr(picture(LINK, scale, 60))).toBe(LINK);
});

test('a view without a QR picture, or with half of one, gives nothing', () => {
  const { width, height, data } = picture(LINK, 4);
  expect(readQr({ width, height, data: new Uint8ClampedArray(data.length).fill(128) })).toBeUndefined();
  expect(
    readQr({ width, height, data: data.map((value, at) => (at < data.length / 2 ? value : 255)) }),
  ).toBeUndefined();
  expect(readQr({ width: 0, height: 0, data: new Uint8ClampedArray() })).toBeUndefined();
});
