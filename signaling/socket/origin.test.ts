import { expect, test } from 'vitest';
import { nameAllowed, originAllowed } from './origin.ts';

const names = ['pictures.example.org', 'studio'];

test.each(['localhost', 'localhost:3000', 'a.localhost:1', '192.168.1.7:3000', '127.0.0.1', '[::1]:3000'])(
  '%s is ours without being named: no page of a stranger can be found there',
  (host) => expect(nameAllowed(host, [])).toBe(true),
);

test.each(['pictures.example.org', 'Pictures.Example.org:8443', 'studio:3000', 'studio.'])(
  '%s is ours when it was named',
  (host) => {
    expect(nameAllowed(host, names)).toBe(true);
    expect(nameAllowed(host, [])).toBe(false);
  },
);

test.each([
  'evil.example',
  'pictures.example.org.evil.example',
  'evil-pictures.example.org',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  'evil.example@127.0.0.1',
  '127.0.0.1, evil.example',
  '',
  'a b',
])('%s is not ours', (host) => expect(nameAllowed(host, names)).toBe(false));

test('a page of another site is refused, one of ours or one that was named is not', () => {
  const named = ['https://pages.example'];
  expect(originAllowed('https://studio:3000', 'studio:3000', named)).toBe(true);
  expect(originAllowed('https://pages.example', 'studio:3000', named)).toBe(true);
  expect(originAllowed('https://studio', 'studio:3000', named)).toBe(false);
  expect(originAllowed('null', 'studio:3000', named)).toBe(false);
  expect(originAllowed(undefined, 'studio:3000', named)).toBe(true);
});
