import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isMessage,
  MAX_MESSAGE_BYTES,
  MESSAGE_TYPE,
  messageFile,
  messageText,
  textParts,
} from './text-message.ts';

const links = (text: string) => textParts(text).flatMap(({ link, text: part }) => (link ? [part] : []));

test('[P-112] only a small transfer of the type is a message', () => {
  expect(isMessage({ type: MESSAGE_TYPE, byteLength: MAX_MESSAGE_BYTES })).toBe(true);
  expect(isMessage({ type: MESSAGE_TYPE, byteLength: MAX_MESSAGE_BYTES + 1 })).toBe(false);
  expect(isMessage({ type: 'text/plain', byteLength: 5 })).toBe(false);
  expect(messageFile('hello', 'a.txt').type).toBe(MESSAGE_TYPE);
  expect(messageFile('é'.repeat(MAX_MESSAGE_BYTES / 2 + 1), 'a.txt').type).toBe('text/plain');
});

test.each([
  ['see https://example.org/a?b=1.', ['https://example.org/a?b=1']],
  ['(http://example.org/x)', ['http://example.org/x']],
  ['https://example.org', ['https://example.org/']],
  // A Cyrillic letter in it.
  ['https://ex\u0430mple.org/', ['https://xn--exmple-4nf.org/']],
  ['two https://a.example/ and https://b.example/', ['https://a.example/', 'https://b.example/']],
  ['javascript:alert(1) data:text/html,x file:///etc/passwd', []],
  ['https://bank.example@evil.example/', []],
  ['https://', []],
  ['nothttps://example.org', []],
])('[P-112] of %j these are links: %j', (text, expected) => {
  expect(links(text)).toEqual(expected);
});

test('[P-112] any bytes become text without controls and overrides, and links that show what they open', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('https://', 'javascript:', '<script>', '\u202e', '\u001b[31m', '\r\n', ' ', 'a.example/'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = messageText(new TextEncoder().encode(pieces.join('')));
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      for (const { text: part, link } of textParts(text)) {
        if (link) expect(new URL(part)).toMatchObject({ href: part, username: '', password: '' });
        if (link) expect(part).toMatch(/^https?:\/\//);
      }
      const plain = textParts(text).filter(({ link }) => !link);
      expect(plain.every((part) => text.includes(part.text))).toBe(true);
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(() => textParts(messageText(bytes))).not.toThrow();
    }),
  );
});

test.each(['.', ')', ".,;:!?'’”»)]}"])(
  '[P-112] of an address with a long run of %j the run inside it stays, and the run at its end is text',
  (ends) => {
    const run = ends.repeat(Math.floor(32_000 / ends.length));
    const address = `https://a.example/?${run}x`;
    const [link, rest, ...more] = textParts(address + run);
    expect(link).toEqual({ text: new URL(address).href, link: true });
    expect(rest).toEqual({ text: run, link: false });
    expect(more).toEqual([]);
  },
);

test('[P-112] a text of full length that is one run of dots inside an address is split like any other', () => {
  const start = 'https://a.example/';
  const text = `${start}${'.'.repeat(MAX_MESSAGE_BYTES - start.length - 1)}x`;
  expect(textParts(text)).toEqual([{ text: new URL(text).href, link: true }]);
  const hosts = `https://${'.'.repeat(65_000)}x`;
  expect(textParts(hosts).length).toBe(1);
});

test('[P-112] a flood of links makes few elements', () => {
  const flood = 'http://a.example/ '.repeat(3000);
  expect(textParts(messageText(new TextEncoder().encode(flood))).length).toBeLessThan(500);
});
