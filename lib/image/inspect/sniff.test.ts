import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sniffType } from './sniff.ts';

const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));

test.each([
  ['\xff\xd8\xff\xe0', 'image/jpeg', true],
  ['\x89PNG\r\n\x1a\n', 'image/png', true],
  ['RIFF\x10\0\0\0WEBPVP8 ', 'image/webp', true],
  ['GIF89a', 'image/gif', true],
  ['GIF87a', 'image/gif', true],
  ['\0\0\0\x1cftypavif\0\0\0\0mif1miaf', 'image/avif', true],
  ['\0\0\0\x18ftypmif1\0\0\0\0mif1avif', 'image/avif', true],
  ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image/heic', false],
  ['\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'image/heic', false],
  ['II*\0\x08\0\0\0', 'image/tiff', false],
  ['MM\0*\0\0\0\x08', 'image/tiff', false],
  ['BM\x36\0\0\0\0\0\0\0\x36', 'image/bmp', false],
  ['<?xml version="1.0"?>\n<svg xmlns="…">', 'image/svg+xml', false],
  ['  <svg onload="alert(1)">', 'image/svg+xml', false],
])('the bytes %j are %s', (bytes, type, showable) => {
  expect(sniffType(text(bytes))).toMatchObject({ type, showable });
});

test.each([
  '',
  '\xff\xd8',
  'RIFF\x10\0\0\0WAVE',
  '\0\0\0\x18ftypisom\0\0\0\0mp42',
  '<!DOCTYPE html><p>',
  'MZ\x90\0',
])('the bytes %j are no image', (bytes) => {
  expect(sniffType(text(bytes))).toBeUndefined();
});

test('[P-105] any bytes give an answer, never an error', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void sniffType(bytes)));
});
