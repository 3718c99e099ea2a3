import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFinished, encodeFinished } from './finished-record.ts';
import { decodeUnfinished, encodeUnfinished, type UnfinishedRecord } from './unfinished-record.ts';

const record: fc.Arbitrary<UnfinishedRecord> = fc
  .record({
    name: fc.string({ unit: 'grapheme' }),
    type: fc.string(),
    modified: fc.integer(),
    sha256: fc.string(),
    tab: fc.string(),
    lengths: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
  })
  .map(({ lengths, ...rest }) => {
    const [prefixBytes, hereBytes, byteLength] = lengths.toSorted((a, b) => a - b) as [
      number,
      number,
      number,
    ];
    return { ...rest, prefixBytes, hereBytes, byteLength };
  });

test('[P-70] a record and its bitmap come back as they were; cut, other bytes and the record of a finished picture are none', () => {
  fc.assert(
    fc.property(record, fc.uint8Array({ maxLength: 300 }), fc.nat(), (one, bytes, cut) => {
      const encoded = encodeUnfinished(one, bytes);
      expect(decodeUnfinished(encoded)).toEqual({ record: one, blocks: bytes });
      const head = encoded.length - bytes.length;
      expect(decodeUnfinished(encoded.subarray(0, cut % head))).toBeUndefined();
      expect(decodeUnfinished(bytes)).toBeUndefined();
      expect(decodeUnfinished(encodeFinished(one))).toBeUndefined();
      expect(decodeFinished(encoded)).toBeUndefined();
    }),
  );
});

test('a record that claims more than the file has is none', () => {
  const one = { name: 'a', type: '', modified: 0, sha256: '', tab: '', byteLength: 10 };
  for (const [prefixBytes, hereBytes] of [
    [0, 11],
    [5, 4],
    [-1, 4],
    [0.5, 4],
  ] as const) {
    const encoded = encodeUnfinished({ ...one, prefixBytes, hereBytes }, new Uint8Array(1));
    expect(decodeUnfinished(encoded)).toBeUndefined();
  }
});
