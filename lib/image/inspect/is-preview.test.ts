import { expect, test } from 'vitest';
import { isPreview } from './is-preview.ts';

/** The front of a lossy WebP that claims a size: all that is read before anything is decoded. */
function webp(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('RIFF'), 0);
  view.setUint32(4, bytes.length - 8, true);
  bytes.set(new TextEncoder().encode('WEBPVP8 '), 8);
  view.setUint32(16, bytes.length - 20, true);
  // A key frame, its start code, then 14 bits for each side.
  bytes.set([0x10, 0, 0, 0x9d, 0x01, 0x2a], 20);
  view.setUint16(26, width, true);
  view.setUint16(28, height, true);
  return bytes;
}

test('a small WebP is a preview', () => {
  expect(isPreview(webp(320, 240))).toBe(true);
});

test('[P-106] a WebP that claims a wall is none', () => {
  expect(isPreview(webp(16_383, 16_383))).toBe(false);
});

test('another format is none, however small', () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
  expect(isPreview(png)).toBe(false);
  expect(isPreview(new Uint8Array(0))).toBe(false);
});
