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
  expect(turn?.username).toBe('1700003600:abc');
});

test('the credential is the one that coturn computes', () => {
  // printf '1700003600:abc' | openssl dgst -sha1 -hmac north -binary | base64
  expect(turnCredential('north', 1_700_003_600, 'abc').credential).toBe('IMSPYGMI9e0aXDFcZousOwkA8N0=');
});
