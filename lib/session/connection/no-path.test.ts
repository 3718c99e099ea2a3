import { expect, test } from 'vitest';
import { explainGivenUp, explainNoPath, NO_PATH, offered } from './no-path.ts';

const [own, seen, relayed] = [new Set(['host']), new Set(['host', 'srflx']), new Set(['host', 'relay'])];
const both = { stun: true, turn: true };
const stunOnly = { stun: true, turn: false };

test('what the server names is read from its addresses', () => {
  expect(offered([])).toEqual({ stun: false, turn: false });
  expect(offered([{ urls: ['stuns:s.example'] }, { urls: 'turns:t.example?transport=tcp' }])).toEqual(both);
});

test('without STUN and TURN nothing is said about the networks: the server offers no help', () => {
  expect(explainNoPath({ stun: false, turn: false, here: own, there: own })).toBe('no-helpers');
});

test('a side that reached neither STUN nor TURN is named, the same one on both pages', () => {
  expect(explainNoPath({ ...stunOnly, here: own, there: seen })).toBe('udp-blocked-here');
  expect(explainNoPath({ ...stunOnly, here: seen, there: own })).toBe('udp-blocked-there');
  expect(explainNoPath({ ...both, here: relayed, there: own })).toBe('udp-blocked-there');
});

test('two sides that both look out and have no relay are behind strict networks', () => {
  expect(explainNoPath({ ...stunOnly, here: seen, there: seen })).toBe('strict-networks');
});

test('a relay that gave neither side an address is away; one that did has not helped', () => {
  expect(explainNoPath({ ...both, here: seen, there: seen })).toBe('relay-away');
  expect(explainNoPath({ ...both, here: relayed, there: seen })).toBe('no-path');
});

test('a reason that the other side sends is never shown as it is, only as one of ours', () => {
  expect(explainGivenUp('webrtc-missing')).toBe('webrtc-missing-there');
  expect(explainGivenUp('tampered')).toBe('tampered');
  expect(explainGivenUp('<script>')).toBe('peer-failed');
  expect(NO_PATH.has('strict-networks')).toBe(true);
});
