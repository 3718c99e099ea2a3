import { expect, test } from 'vitest';
import { iceServers, turnCredential } from './ice-servers.ts';

test('without configuration no third party is named', () => {
  expect(iceServers({ stunUrls: [], turnUrls: [] }, 0, 'x')).toEqual([]);
  // Without the secret a TURN server would only refuse.
  expect(iceServers({ stunUrls: [], turnUrls: ['turn:t.example'] }, 0, 'x')).toEqual([]);
});

test('a TURN credential runs out an hour after it was handed out', () => {
  const config = { stunUrls: ['stun:s.example'], turnUrls: ['turn:t.example'], turnSecret: 'north' };
  const [stun, turn] = iceServers(config, 1_700_000_000_000, 'abc');
  expect(stun).toEqual({ urls: ['stun:s.example'] });
  expect(turn?.username).toMatch(/^1700003600:[\w-]{16}$/);
});

test("all TURN credentials of one address carry one user name, which the relay's quota counts and which names nobody", () => {
  const userOf = (address: string, now: number, turnSecret = 'north') =>
    iceServers({ stunUrls: [], turnUrls: ['turn:t.example'], turnSecret }, now, address)[0]?.username?.split(
      ':',
    )[1];
  const user = userOf('192.0.2.7', 0);
  expect(userOf('192.0.2.7', 5_000_000)).toBe(user);
  expect(userOf('192.0.2.8', 0)).not.toBe(user);
  expect(userOf('192.0.2.7', 0, 'south')).not.toBe(user);
  expect(user).not.toContain('192');
});

test('the credential is the one that coturn computes', () => {
  // printf '1700003600:abc' | openssl dgst -sha1 -hmac north -binary | base64
  expect(turnCredential('north', 1_700_003_600, 'abc').credential).toBe('IMSPYGMI9e0aXDFcZousOwkA8N0=');
});
