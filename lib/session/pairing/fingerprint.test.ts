import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { sessionKeys } from './session-keys.ts';
import { seededRandom } from './test-random.ts';
import { CODE_WORDS } from './word-search.ts';

const KEYS = sessionKeys(seededRandom('keys')(64));
const A = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase()).join(':');
const B = A.replace('1F', '2F');

test('[P-94] is four words of the list, the same for the same session and certificates', () => {
  const words = fingerprint(KEYS, [A, B]).split(' ');
  expect(words).toHaveLength(4);
  for (const word of words) expect(CODE_WORDS).toContain(word);
  expect(fingerprint(KEYS, [A, B])).toBe(words.join(' '));
});

test('does not depend on how a browser writes a certificate', () => {
  expect(fingerprint(KEYS, [`sha-256 ${A}`, B.toLowerCase().replaceAll(':', '')])).toBe(
    fingerprint(KEYS, [A, B]),
  );
});

test('[P-94] changes with the session key, with either certificate and with their order', () => {
  const others = [
    fingerprint(sessionKeys(seededRandom('other keys')(64)), [A, B]),
    fingerprint(KEYS, [A, A]),
    fingerprint(KEYS, [B, B]),
    fingerprint(KEYS, [B, A]),
  ];
  expect(new Set([fingerprint(KEYS, [A, B]), ...others]).size).toBe(5);
});
