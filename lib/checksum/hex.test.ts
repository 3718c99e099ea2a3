import { expect, test } from 'vitest';
import { fromHex, toHex } from './hex.ts';

test('each byte is two small letters, and is read back as it was', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(toHex(Uint8Array.of(0, 9, 10, 15, 16, 255))).toBe('00090a0f10ff');
  expect(fromHex(toHex(bytes))).toEqual(bytes);
  expect(toHex(new Uint8Array(0))).toBe('');
});
