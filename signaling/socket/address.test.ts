import { expect, test } from 'vitest';
import type { IncomingMessage } from 'node:http';
import { clientAddress, limitKey, widerKeys } from './address.ts';

test('an IPv6 subscriber is counted by its /64, however the address is written', () => {
  expect(limitKey('2001:db8:1:2:aaaa::1')).toBe('2001:db8:1:2::/64');
  expect(limitKey('2001:0DB8:0001:0002::9')).toBe('2001:db8:1:2::/64');
  expect(limitKey('2001:db8::1')).toBe('2001:db8::/64');
  expect(limitKey('fe80::1%eth0')).toBe('fe80::/64');
  expect(limitKey('::1')).toBe('::/64');
  expect(limitKey('2001:db8:1:3::1')).not.toBe(limitKey('2001:db8:1:2::1'));
});

test('an IPv4 address is itself, also when it comes through a dual-stack socket', () => {
  expect(limitKey('192.0.2.7')).toBe('192.0.2.7');
  expect(limitKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
});

test('X-Forwarded-For counts only behind a configured proxy, and only what that proxy wrote', () => {
  const from = (forwarded: string | undefined, proxies: number) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    const request = { headers, socket: { remoteAddress: '10.0.0.1' }, connection: {} };
    return clientAddress(request as unknown as IncomingMessage, proxies);
  };
  expect(from('192.0.2.7', 0)).toBe('10.0.0.1');
  expect(from('192.0.2.7', 1)).toBe('192.0.2.7');
  expect(from('6.6.6.6, 192.0.2.7', 1)).toBe('192.0.2.7');
  expect(from('6.6.6.6, 192.0.2.7, 10.0.0.2', 2)).toBe('192.0.2.7');
  expect(from('garbage', 1)).toBe('10.0.0.1');
  expect(from(undefined, 1)).toBe('10.0.0.1');
});

test('an IPv6 subscriber may have a /56 or a /48', () => {
  expect(widerKeys(limitKey('2001:db8:1:2ff::9'))).toEqual(['2001:db8:1:200::/56', '2001:db8:1::/48']);
  expect(widerKeys(limitKey('192.0.2.7'))).toEqual([]);
  expect(widerKeys('')).toEqual([]);
});
