import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFinished, encodeFinished, type FinishedRecord } from './finished-record.ts';

const record: fc.Arbitrary<FinishedRecord> = fc.record({
  name: fc.string({ unit: 'grapheme' }),
  type: fc.string(),
  byteLength: fc.nat(),
  modified: fc.integer(),
  sha256: fc.string(),
  tab: fc.string(),
});

test('a record comes back as it was, and a bitmap of blocks, cut or other bytes are none', () => {
  fc.assert(
    fc.property(record, fc.uint8Array({ maxLength: 300 }), fc.nat(), (one, bytes, cut) => {
      const encoded = encodeFinished(one);
      expect(decodeFinished(encoded)).toEqual(one);
      expect(decodeFinished(encoded.subarray(0, cut % encoded.length))).toBeUndefined();
      expect(decodeFinished(bytes)).toBeUndefined();
    }),
  );
});
