import { expect, test } from 'vitest';
import { parseBasePath, parseSignalingUrl } from './built-for.ts';

test('a base path is the root, or segments without a slash at the end', () => {
  for (const [value, path] of [
    [undefined, ''],
    [' ', ''],
    ['/tessera', '/tessera'],
    ['/~ada/pictures-2', '/~ada/pictures-2'],
  ] as const)
    expect(parseBasePath(value)).toBe(path);
  for (const value of [
    '/',
    'tessera',
    '/tessera/',
    '/a//b',
    '/..',
    '/a/../b',
    '/a b',
    '//host',
    '/a?b',
    '/a%2fb',
  ])
    expect([value, parseBasePath(value)]).toEqual([value, undefined]);
});

test("a signaling server's address is an origin, perhaps with a path", () => {
  for (const [value, url] of [
    [undefined, ''],
    ['https://Signal.example', 'https://signal.example'],
    ['https://signal.example:8443/', 'https://signal.example:8443'],
    ['http://192.0.2.1:3000/tessera/', 'http://192.0.2.1:3000/tessera'],
  ] as const)
    expect(parseSignalingUrl(value)).toBe(url);
  for (const value of [
    'signal.example',
    'wss://a.example',
    'https://a.example/?x',
    'https://u@a.example',
    'https://a.example/"x',
  ])
    expect([value, parseSignalingUrl(value)]).toEqual([value, undefined]);
});
