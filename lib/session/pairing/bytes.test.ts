import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, fromBase64Url, toBase64Url } from './bytes.ts';

test('writes base64url as Node does and reads it back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(text, bytes.length)).toEqual(bytes);
    }),
  );
});

test('reads only the one canonical text of the right length', () => {
  expect(fromBase64Url('AA', 1)).toEqual(Uint8Array.of(0));
  expect(fromBase64Url('AB', 1)).toBeUndefined();
  expect(fromBase64Url('A', 1)).toBeUndefined();
  expect(fromBase64Url('AAA', 1)).toBeUndefined();
  expect(fromBase64Url('A=', 1)).toBeUndefined();
  expect(fromBase64Url('+/', 1)).toBeUndefined();
});

test('calls bytes equal only when all of them are', () => {
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(3, 2))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
});
