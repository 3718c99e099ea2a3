import { expect, test } from 'vitest';
import { clientAddress, limitKey } from './address.ts';

test('an IPv6 subscriber is counted by its /64, however the address is written', () => {
  expect(limitKey('2001:db8:1:2:aaaa::1')).toBe('2001:db8:1:2::/64');
  expect(limitKey('2001:0DB8:0001:0002::9')).toBe('2001:db8:1:2::/64');
  expect(limitKey('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(limitKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(limitKey('::1')).toBe('0:0:0:0::/64');
  expect(limitKey('2001:db8:1:3::1')).not.toBe(limitKey('2001:db8:1:2::1'));
});

test('an IPv4 address is itself, also when it comes through a dual-stack socket', () => {
  expect(limitKey('192.0.2.7')).toBe('192.0.2.7');
  expect(limitKey('::ffff:192.0.2.7')).toBe('192.0.2.7');
});

test('X-Forwarded-For counts only behind a configured proxy, and only what that proxy wrote', () => {
  expect(clientAddress('10.0.0.1', '192.0.2.7', 0)).toBe('10.0.0.1');
  expect(clientAddress('10.0.0.1', '192.0.2.7', 1)).toBe('192.0.2.7');
  expect(clientAddress('10.0.0.1', '6.6.6.6, 192.0.2.7', 1)).toBe('192.0.2.7');
  expect(clientAddress('10.0.0.1', '6.6.6.6, 192.0.2.7, 10.0.0.2', 2)).toBe('192.0.2.7');
  expect(clientAddress('10.0.0.1', 'garbage', 1)).toBe('10.0.0.1');
  expect(clientAddress('10.0.0.1', undefined, 1)).toBe('10.0.0.1');
});
