import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes } from './address-bytes.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { answerBinding, parseBindingRequest, type BindingRequest } from './message.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/**
 * RFC 5769, 2.1: a request of ICE, with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, an integrity and a
 * fingerprint.
 */
const SAMPLE_REQUEST = hex(`
  00 01 00 58 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74
  00 24 00 04 6e 00 01 ff
  80 29 00 08 93 2f f9 b1 51 26 3b 36
  00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20
  00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
  80 28 00 04 e5 7a 3b cf`);
/** RFC 5769, 2.4: a request with long-term credentials. */
const LONG_TERM_REQUEST = hex(`
  00 01 00 60 21 12 a4 42 78 ad 34 33 c6 ad 72 c0 29 da 41 2e
  00 06 00 12 e3 83 9e e3 83 88 e3 83 aa e3 83 83 e3 82 af e3 82 b9 00 00
  00 15 00 1c 66 2f 2f 34 39 39 6b 39 35 34 64 36 4f 4c 33 34 6f 4c 39 46 53 54 76 79 36 34 73 41
  00 14 00 0b 65 78 61 6d 70 6c 65 2e 6f 72 67 00
  00 08 00 14 f6 70 24 65 6d d6 4a 3e 02 b8 e0 71 2e 85 c9 a2 8c a8 96 66`);
const TRANSACTION = hex('b7 e7 a7 01 bc 34 d6 86 fa 87 df ae');
const bare: BindingRequest = { transactionId: TRANSACTION, fingerprint: false, unknown: [] };

/** A Binding request with these attributes. */
function request(...attributes: string[]): Uint8Array {
  const body = attributes.join('').replaceAll(/\s/g, '');
  const length = (body.length / 2).toString(16).padStart(4, '0');
  return hex(`0001 ${length} 2112a442 ${toHex(TRANSACTION)} ${body}`);
}

test('the sample request of RFC 5769 is read: its fingerprint is right, and PRIORITY is not for us', () => {
  expect(parseBindingRequest(SAMPLE_REQUEST)).toEqual({
    transactionId: TRANSACTION,
    fingerprint: true,
    unknown: [0x0024],
  });
});

test('the request with long-term credentials of RFC 5769 is answered as one without', () => {
  expect(parseBindingRequest(LONG_TERM_REQUEST)).toMatchObject({ fingerprint: false, unknown: [] });
});

test('the sample addresses of RFC 5769 are written as there', () => {
  const ipv4 = answerBinding(bare, addressBytes('192.0.2.1')!, 32853);
  expect(toHex(ipv4)).toBe(
    toHex(
      hex(`01 01 00 0c 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
    00 20 00 08 00 01 a1 47 e1 12 a6 43`),
    ),
  );
  const ipv6 = answerBinding(bare, addressBytes('2001:db8:1234:5678:11:2233:4455:6677')!, 32853);
  expect(toHex(ipv6)).toBe(
    toHex(
      hex(`01 01 00 18 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
    00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9`),
    ),
  );
});

test('an answer has a fingerprint when the question had one, and it is right', () => {
  const answer = answerBinding({ ...bare, fingerprint: true }, addressBytes('192.0.2.1')!, 32853);
  // As a request it must be one that we would read ourselves.
  const asked = Uint8Array.from(answer);
  expect(answer[0]).toBe(0x01);
  // The checksum covers the type too, so an answer is held against one computed bit by bit.
  expect(toHex(asked.subarray(-8, -4))).toBe('80280004');
  const crc = slowCrc32(asked.subarray(0, -8)) ^ 0x5354554e;
  expect(new DataView(asked.buffer).getUint32(asked.length - 4)).toBe(crc >>> 0);
});

test('an attribute that would have to be understood is refused with 420 and its type', () => {
  const parsed = parseBindingRequest(
    request('0003 0004 00000006', '0003 0004 00000006', '7777 0001 aa000000'),
  )!;
  expect(parsed.unknown).toEqual([0x0003, 0x7777]);
  expect(toHex(answerBinding(parsed, addressBytes('192.0.2.1')!, 1)).slice(40)).toBe(
    '0009000400000414000a000400037777',
  );
});

test('an attribute that may be ignored is ignored, and so is what follows an integrity', () => {
  expect(parseBindingRequest(request('8022 0003 61626300'))?.unknown).toEqual([]);
  expect(parseBindingRequest(request(`0008 0014 ${'00'.repeat(20)}`, '0003 0004 00000006'))?.unknown).toEqual(
    [],
  );
});

test('what is not a whole Binding request gets no answer', () => {
  expect(parseBindingRequest(request())).toBeDefined();
  for (let length = 0; length < SAMPLE_REQUEST.length; length++) {
    expect(parseBindingRequest(SAMPLE_REQUEST.subarray(0, length))).toBeUndefined();
  }
  const changed = (at: number, byte: number) => {
    const bytes = request();
    bytes[at] = byte;
    return parseBindingRequest(bytes);
  };
  // Indication, success, error, Allocate, a set top bit, another cookie, a wrong length.
  for (const [at, byte] of [
    [1, 0x11],
    [0, 0x01],
    [1, 0x03],
    [0, 0x80],
    [4, 0],
    [3, 4],
  ] as const) {
    expect(changed(at, byte)).toBeUndefined();
  }
  // Our own answer, so that two servers never talk to each other.
  expect(parseBindingRequest(answerBinding(bare, addressBytes('192.0.2.1')!, 1))).toBeUndefined();
  // An attribute longer than the message, a wrong fingerprint, one that is not the last.
  expect(parseBindingRequest(request('8022 0010 61626300'))).toBeUndefined();
  expect(parseBindingRequest(request('8028 0004 00000000'))).toBeUndefined();
  const after = Uint8Array.from([...SAMPLE_REQUEST, ...hex('8022 0000')]);
  after[3] = 0x5c;
  expect(parseBindingRequest(after)).toBeUndefined();
  expect(parseBindingRequest(request('8022 0ff0' + '00'.repeat(MAX_REQUEST_BYTES)))).toBeUndefined();
});

test('any byte changed in a request with a fingerprint silences it', () => {
  for (let at = 0; at < SAMPLE_REQUEST.length; at++) {
    // With another type the last attribute is no fingerprint, and the request one without.
    if (at === SAMPLE_REQUEST.length - 8 || at === SAMPLE_REQUEST.length - 7) continue;
    const bytes = Uint8Array.from(SAMPLE_REQUEST);
    bytes[at]! ^= 0x10;
    expect(parseBindingRequest(bytes), `byte ${at}`).toBeUndefined();
  }
});

test('arbitrary bytes never throw, and no answer is more than 24 bytes longer than its question', () => {
  const header = fc.uint8Array({ minLength: 12, maxLength: 12 });
  const attribute = fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 12 }));
  const wellFormed = fc.tuple(header, fc.array(attribute, { maxLength: 12 })).map(([id, attributes]) => {
    const body = attributes.flatMap(([type, value]) => [
      type >> 8,
      type & 0xff,
      0,
      value.length,
      ...value,
      ...Array.from({ length: -value.length & 3 }, () => 0),
    ]);
    return Uint8Array.from([
      0,
      1,
      body.length >> 8,
      body.length & 0xff,
      0x21,
      0x12,
      0xa4,
      0x42,
      ...id,
      ...body,
    ]);
  });
  const anything = fc.oneof(fc.uint8Array({ maxLength: 600 }), wellFormed);
  fc.assert(
    fc.property(anything, fc.constantFrom('192.0.2.1', '2001:db8::1'), (bytes, from) => {
      const parsed = parseBindingRequest(bytes);
      if (parsed === undefined) return;
      const answer = answerBinding(parsed, addressBytes(from)!, 65_535);
      expect(answer.length).toBeLessThanOrEqual(bytes.length + 24);
      expect(answer.length % 4).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

test('addresses are read in every way of writing them', () => {
  expect(addressBytes('::ffff:192.0.2.1')).toEqual(Uint8Array.of(192, 0, 2, 1));
  expect(toHex(addressBytes('fe80::1%eth0')!)).toBe('fe80' + '00'.repeat(13) + '01');
  expect(toHex(addressBytes('::')!)).toBe('00'.repeat(16));
  expect(toHex(addressBytes('64:ff9b::192.0.2.1')!)).toBe('0064ff9b' + '00'.repeat(8) + 'c0000201');
  expect(addressBytes('example.org')).toBeUndefined();
});

/** CRC-32 as ITU-T V.42 writes it down, sharing no line with zlib's. */
function slowCrc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return ~crc;
}
