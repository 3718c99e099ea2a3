import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLaneSignals, encodeLaneSignals, TRANSPORT_MESSAGE, type LaneSignal } from './lane-signals.ts';
import { MAX_CANDIDATES, MAX_SDP_LENGTH, MAX_SIGNAL_BATCH_BYTES } from './limits.ts';
import { applyDifference, differenceOf } from './sdp-difference.ts';
import { worthSignaling } from './selected-path.ts';
import { fingerprintOf, parseSignal, SignalGate } from './signals.ts';

const PRINT = Array.from({ length: 32 }, (_, i) => (i + 160).toString(16).toUpperCase()).join(':');
/** As Chromium 156 writes it. */
const SDP = [
  'v=0',
  'o=- 4611732436475632891 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=extmap-allow-mixed',
  'a=msid-semantic: WMS',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:4ZcD',
  'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlmQ',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${PRINT}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n');
const LINE = 'candidate:842163049 1 udp 1677729535 127.0.0.1 54321 typ host generation 0 ufrag 4ZcD';
const candidate = { candidate: LINE, sdpMid: '0', sdpMLineIndex: 0 };

describe('signals from the other side', () => {
  test('[P-109] pass when they are descriptions or candidates', () => {
    expect(parseSignal({ type: 'offer', sdp: SDP, extra: 1 })).toEqual({ type: 'offer', sdp: SDP });
    expect(parseSignal({ type: 'candidate', candidate })).toEqual({ type: 'candidate', candidate });
    const end = { candidate: '', sdpMid: '0', sdpMLineIndex: 0 };
    expect(parseSignal({ type: 'candidate', candidate: end })).toBeDefined();
    const hidden = LINE.replace('127.0.0.1', '1f4712db-ea17-4bcf-a596-105139dfd8bf.local');
    expect(parseSignal({ type: 'candidate', candidate: { ...candidate, candidate: hidden } })).toBeDefined();
  });

  test.each([
    ['nothing', undefined],
    ['a string', 'offer'],
    ['a rollback', { type: 'rollback', sdp: SDP }],
    ["simple-peer's request to renegotiate", { type: 'renegotiate', renegotiate: true }],
    ['a request for a camera', { type: 'transceiverRequest', transceiverRequest: { kind: 'video' } }],
    ['an SDP that is none', { type: 'offer', sdp: 'hello' }],
    ['an endless SDP', { type: 'offer', sdp: SDP + 'a'.repeat(MAX_SDP_LENGTH) }],
    ['a candidate without a line', { type: 'candidate', candidate: { ...candidate, candidate: 7 } }],
    ['a candidate of nonsense', { type: 'candidate', candidate: { ...candidate, candidate: 'candidate:x' } }],
    [
      'a candidate with a second line',
      { type: 'candidate', candidate: { ...candidate, candidate: `${LINE}\r\na=x` } },
    ],
    ['a candidate for no section', { type: 'candidate', candidate: { candidate: LINE } }],
  ])('are dropped when they are %s', (_name, message) => {
    expect(parseSignal(message)).toBeUndefined();
  });

  test('[P-88] are taken in the right kind, once, and in a bounded number', () => {
    const gate = new SignalGate(false);
    expect(gate.pass({ type: 'answer', sdp: SDP })).toBe(false);
    expect(gate.pass({ type: 'offer', sdp: SDP })).toBe(true);
    expect(gate.pass({ type: 'offer', sdp: SDP })).toBe(false);
    for (let i = 0; i < MAX_CANDIDATES; i++) expect(gate.pass({ type: 'candidate', candidate })).toBe(true);
    expect(gate.pass({ type: 'candidate', candidate })).toBe(false);
  });

  test('give the fingerprint of the certificate', () => {
    expect(fingerprintOf(SDP)).toBe(PRINT);
    expect(fingerprintOf(SDP.replace('sha-256', 'sha-1'))).toBeUndefined();
    expect(fingerprintOf(undefined)).toBeUndefined();
  });

  test('never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        parseSignal(message);
        parseSignal({ type: 'candidate', candidate: message });
      }),
    );
  });
});

describe('the difference of two descriptions', () => {
  const lane = SDP.replace('4611732436475632891', '17').replace('4ZcD', 'Qx/1').replace('2/1mu', 'Zz+9a');

  test('[P-8] is small, and gives the description back but for the session number', () => {
    const difference = differenceOf(lane, SDP);
    expect(difference).toEqual([9, 'a=ice-ufrag:Qx/1', expect.stringContaining('a=ice-pwd:Zz+9a'), 7]);
    expect(JSON.stringify(difference).length).toBeLessThan(100);
    expect(applyDifference(difference, SDP)).toBe(lane.replace('o=- 17 ', 'o=- 4611732436475632891 '));
  });

  test('round-trips between any two texts', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', 'c=1'), { maxLength: 12 })
      .map((lines) => lines.join('\r\n'));
    fc.assert(
      fc.property(text, text, (sdp, template) => {
        expect(applyDifference(differenceOf(sdp, template), template)).toBe(sdp);
      }),
    );
  });

  test.each([[[99]], [[-1]], [[0]], [[1.5]], [[null]], ['x'], [[17, 17]]])(
    'is refused when it is %j',
    (difference) => {
      expect(applyDifference(difference, SDP)).toBeUndefined();
    },
  );

  test('[P-109] cannot be used to make a huge description', () => {
    expect(applyDifference(['x'.repeat(MAX_SDP_LENGTH + 1)], SDP)).toBeUndefined();
    expect(
      applyDifference(
        Array.from({ length: 20_000 }, () => 'x'),
        SDP,
      ),
    ).toBeUndefined();
  });
});

describe('lane signals', () => {
  test('[P-8] round-trip in batches that begin with the mark and stay below their bound', () => {
    const signals: LaneSignal[] = Array.from({ length: 300 }, (_, i) =>
      i % 3 === 0
        ? { lane: i + 2, sdp: [9, 'a=ice-ufrag:Qx/1'] }
        : i % 3 === 1
          ? { lane: i + 2, candidate }
          : { lane: i + 2, gone: true },
    );
    signals.push({ bye: true });
    const messages = encodeLaneSignals(signals);
    expect(messages.length).toBeGreaterThan(1);
    for (const message of messages) {
      expect(message[0]).toBe(TRANSPORT_MESSAGE);
      expect(message.length).toBeLessThan(MAX_SIGNAL_BATCH_BYTES + 100);
    }
    expect(messages.flatMap(decodeLaneSignals)).toEqual(signals);
    expect(encodeLaneSignals([])).toEqual([]);
  });

  test('about lane 1, about no lane and about nothing are dropped', () => {
    const bad = [
      { lane: 1, gone: true },
      { lane: 70_000, gone: true },
      { lane: 2.5, gone: true },
      { lane: 2 },
      { gone: true },
      null,
      7,
    ];
    const bytes = new TextEncoder().encode(`\0${JSON.stringify([...bad, { lane: 2, gone: true }])}`);
    expect(decodeLaneSignals(bytes)).toEqual([{ lane: 2, gone: true }]);
  });

  test('never throw, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void decodeLaneSignals(bytes)));
    fc.assert(
      fc.property(fc.json(), (json) => void decodeLaneSignals(new TextEncoder().encode(`\0${json}`))),
    );
  });
});

describe('a lane on a path from host to host', () => {
  const path = { kind: 'direct', hostToHost: true, protocol: 'udp', address: '127.0.0.1' } as const;

  test('signals only candidates like the ones in use', () => {
    expect(worthSignaling(LINE, path)).toBe(true);
    expect(worthSignaling(LINE.replace('127.0.0.1', '10.0.0.7'), path)).toBe(false);
    expect(worthSignaling(LINE.replace(' udp ', ' tcp '), path)).toBe(false);
    expect(worthSignaling(LINE.replace('typ host', 'typ srflx'), path)).toBe(false);
    expect(worthSignaling('', path)).toBe(false);
  });

  test('signals hidden names, and everything on any other path', () => {
    expect(worthSignaling(LINE.replace('127.0.0.1', 'a.local'), path)).toBe(true);
    expect(worthSignaling(LINE.replace('typ host', 'typ relay'), { ...path, hostToHost: false })).toBe(true);
    expect(worthSignaling(LINE, undefined)).toBe(true);
  });
});
