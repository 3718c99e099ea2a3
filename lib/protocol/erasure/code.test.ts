import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockDecoder } from './decoder.ts';
import { BlockEncoder } from './encoder.ts';
import { eliminate, type Symbol } from './gauss.fixture.ts';
import { referenceKernel, sharedKernel, type Kernel } from './kernel.ts';

function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1 + 2 * seed) >>> 23);
}

function symbol(encoder: BlockEncoder, index: number): Symbol {
  const { k } = encoder;
  return { index, bytes: index < k ? encoder.source(index).slice() : encoder.repair(index - k) };
}

/** Every way to choose `size` of 0 … n − 1. */
function* choices(n: number, size: number, from = 0): Generator<number[]> {
  if (size === 0) yield [];
  else {
    for (let first = from; first <= n - size; first++) {
      for (const rest of choices(n, size - 1, first + 1)) yield [first, ...rest];
    }
  }
}

function decode(k: number, length: number, symbols: readonly Symbol[], kernel?: Kernel): Uint8Array {
  const decoder = new BlockDecoder(k, length, kernel);
  for (const [n, { index, bytes }] of symbols.entries()) {
    expect(decoder.missing).toBe(k - n);
    expect(decoder.add(index, bytes)).toBe('new');
    if (index < k) expect(Buffer.compare(decoder.source(index)!, bytes)).toBe(0);
  }
  expect(decoder.complete).toBe(true);
  const here = new Set(symbols.map(({ index }) => index));
  expect(decoder.recover()).toEqual(Array.from({ length: k }, (_, i) => i).filter((i) => !here.has(i)));
  return decoder.block()!.slice();
}

describe('a block', () => {
  test('[P-42] comes back from any k of its symbols, exhaustively for small blocks', () => {
    for (const [k, n] of [
      [1, 6],
      [2, 7],
      [3, 8],
      [4, 9],
      [5, 10],
    ] as const) {
      const data = bytesOf(k * 3, k);
      const encoder = BlockEncoder.from(data, 3);
      const symbols = Array.from({ length: n }, (_, index) => symbol(encoder, index));
      for (const choice of choices(n, k)) {
        expect(
          decode(
            k,
            3,
            choice.map((index) => symbols[index]!),
          ),
        ).toEqual(data);
      }
    }
  });

  test('comes back from any k symbols in any order, as plain Gaussian elimination finds it', () => {
    const scenario = fc.integer({ min: 1, max: 40 }).chain((k) =>
      fc.record({
        k: fc.constant(k),
        length: fc.integer({ min: 1, max: 50 }),
        seed: fc.nat({ max: 1e6 }),
        // Half of the draws favour the first indexes, as arrivals do; else nearly everything would be repair.
        indexes: fc.oneof(
          fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: k, maxLength: k }),
          fc.uniqueArray(fc.integer({ min: 0, max: Math.min(255, k + 8) }), { minLength: k, maxLength: k }),
        ),
      }),
    );
    fc.assert(
      fc.property(scenario, ({ k, length, seed, indexes }) => {
        const data = bytesOf(k * length, seed);
        const encoder = BlockEncoder.from(data, length);
        const symbols = indexes.map((index) => symbol(encoder, index));
        expect(decode(k, length, symbols)).toEqual(data);
        expect(Buffer.concat(eliminate(k, symbols)).equals(data)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    [1, 1024],
    [64, 1024],
    [128, 1024],
    [192, 1024],
    [192, 2048],
    [20, 333],
  ])('of %i × %i bytes survives the loss of as many sources as there is repair for', (k, length) => {
    const data = bytesOf(k * length, k);
    const encoder = BlockEncoder.from(data, length);
    const lost = Math.min(k, 256 - k);
    // The last repair rows there are, and the last sources where those are too few.
    const indexes = Array.from({ length: k }, (_, i) => (i < lost ? 255 - i : k - 1 - (i - lost)));
    const rebuilt = decode(
      k,
      length,
      indexes.map((index) => symbol(encoder, index)),
    );
    expect(Buffer.compare(rebuilt, data)).toBe(0);
  });

  test('is the same through the reference kernel, symbol for symbol', () => {
    const data = bytesOf(13 * 57, 5);
    const [compiled, plain] = [BlockEncoder.from(data, 57), BlockEncoder.from(data, 57, referenceKernel())];
    for (let r = 0; r < compiled.repairLimit; r++) expect(compiled.repair(r)).toEqual(plain.repair(r));
    const symbols = [3, 1, 200, 13, 100, 8, 255, 14, 77, 0, 30, 31, 32].map((index) => symbol(plain, index));
    expect(decode(13, 57, symbols, referenceKernel())).toEqual(data);
  });

  test('[P-42] has these repair symbols and no others: both sides must agree for ever', () => {
    const encoder = BlockEncoder.from(Uint8Array.of(1, 2, 3, 4, 5, 6), 2);
    expect([...encoder.repair(0)]).toEqual(PINNED[0]);
    expect([...encoder.repair(252)]).toEqual(PINNED[1]);
  });
});

/** Worked out with the independent decoder's arithmetic: Σ reciprocal(index ^ column) · source. */
const PINNED = [
  [126, 241],
  [91, 58],
];

describe('the encoder', () => {
  test('makes rows of many open blocks in any order', () => {
    const kernel = sharedKernel();
    const blocks = Array.from({ length: 5 }, (_, n) => BlockEncoder.from(bytesOf(8 * 16, n), 16));
    const expected = blocks.map((block) => [0, 1, 2].map((r) => block.repair(r)));
    for (const r of [2, 0, 1]) {
      for (const [n, block] of blocks.entries()) expect(block.repair(r)).toEqual(expected[n]![r]);
    }
    expect(kernel.owner).toBe(blocks[4]);
  });

  test('sees a source that changes after a row was made, and leaves the bytes it was made from alone', () => {
    const data = bytesOf(4 * 8, 1);
    const before = data.slice();
    const encoder = BlockEncoder.from(data, 8);
    const first = encoder.repair(0);
    encoder.setSource(2, Uint8Array.of(9, 9, 9));
    expect(encoder.repair(0)).not.toEqual(first);
    expect([...encoder.source(2)]).toEqual([9, 9, 9, 0, 0, 0, 0, 0]);
    expect(data).toEqual(before);
  });

  test('[P-27] fills a short last source up with zeros', () => {
    const short = BlockEncoder.from(Uint8Array.of(1, 2, 3, 4, 5), 4);
    const padded = BlockEncoder.from(Uint8Array.of(1, 2, 3, 4, 5, 0, 0, 0), 4);
    expect(short.k).toBe(2);
    expect(short.repair(9)).toEqual(padded.repair(9));
  });

  test('writes a row into a packet and nowhere else', () => {
    const encoder = BlockEncoder.from(bytesOf(4 * 8, 3), 8);
    const packet = new Uint8Array(20).fill(0xee);
    encoder.repair(1, packet.subarray(6));
    expect([...packet.subarray(6, 14)]).toEqual([...encoder.repair(1)]);
    expect([...packet.subarray(0, 6), ...packet.subarray(14)].every((byte) => byte === 0xee)).toBe(true);
  });

  test('refuses shapes, sources and rows that a block cannot have', () => {
    for (const k of [0, 193, 1.5, Number.NaN]) expect(() => new BlockEncoder(k, 16)).toThrow(RangeError);
    for (const length of [0, 2049, 1.5]) expect(() => new BlockEncoder(4, length)).toThrow(RangeError);
    const encoder = new BlockEncoder(4, 16);
    for (const r of [-1, 252, 0.5]) expect(() => encoder.repair(r)).toThrow(RangeError);
    for (const i of [-1, 4, 0.5]) expect(() => encoder.setSource(i, new Uint8Array(1))).toThrow(RangeError);
    expect(() => encoder.setSource(0, new Uint8Array(17))).toThrow(RangeError);
    expect(() => encoder.repair(0, new Uint8Array(15))).toThrow(RangeError);
  });
});

describe('the decoder', () => {
  const encoder = BlockEncoder.from(bytesOf(4 * 8, 2), 8);
  const of = (index: number) => symbol(encoder, index).bytes;

  test('[P-5] counts each symbol once, before and after it is complete', () => {
    const decoder = new BlockDecoder(4, 8);
    expect(decoder.add(6, of(6))).toBe('new');
    expect(decoder.add(6, of(6))).toBe('duplicate');
    expect(decoder.add(0, of(0))).toBe('new');
    expect(decoder.add(0, of(0))).toBe('duplicate');
    expect([decoder.have, decoder.missing, decoder.complete]).toEqual([2, 2, false]);
    decoder.add(1, of(1));
    decoder.add(9, of(9));
    expect(decoder.complete).toBe(true);
    expect(decoder.add(6, of(6))).toBe('duplicate');
    expect(decoder.add(2, of(2))).toBe('useless');
    expect(decoder.add(10, of(10))).toBe('useless');
    expect(decoder.recover()).toEqual([2, 3]);
    expect(decoder.add(2, of(2))).toBe('useless');
    expect(decoder.add(9, of(9))).toBe('duplicate');
    expect(decoder.have).toBe(4);
  });

  test('gives a source as soon as it is here, and the others only when rebuilt', () => {
    const decoder = new BlockDecoder(4, 8);
    for (const index of [7, 8, 3]) decoder.add(index, of(index));
    expect(decoder.source(3)).toEqual(of(3));
    expect([0, 1, 2].map((i) => decoder.source(i))).toEqual([undefined, undefined, undefined]);
    expect(decoder.block()).toBeUndefined();
    expect(() => decoder.recover()).toThrow(RangeError);
    decoder.add(2, of(2));
    expect(decoder.source(0)).toBeUndefined();
    expect(decoder.recover()).toEqual([0, 1]);
    expect([0, 1, 2, 3].map((i) => decoder.source(i))).toEqual([0, 1, 2, 3].map(of));
    expect(decoder.recover()).toEqual([]);
  });

  test('rebuilds nothing where every source came', () => {
    const decoder = new BlockDecoder(4, 8);
    for (const index of [3, 1, 0, 2]) decoder.add(index, of(index));
    expect(decoder.recover()).toEqual([]);
    expect(decoder.block()).toEqual(bytesOf(4 * 8, 2));
  });

  test('takes any index and length without throwing, and keeps nothing that cannot be a symbol', () => {
    const decoder = new BlockDecoder(4, 8);
    for (const index of [-1, 256, 1e9, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(decoder.add(index, new Uint8Array(8))).toBe('useless');
    }
    expect(decoder.add(4, new Uint8Array(7))).toBe('useless');
    expect(decoder.add(4, new Uint8Array(9))).toBe('useless');
    expect(decoder.add(0, new Uint8Array(9))).toBe('useless');
    expect(decoder.have).toBe(0);
    // What was refused can still arrive in its right form.
    expect(decoder.add(4, of(4))).toBe('new');
  });

  test('leaves the bytes it was given alone, and does not need them afterwards', () => {
    const decoder = new BlockDecoder(4, 8);
    for (const index of [4, 1, 0, 255]) {
      const bytes = of(index);
      decoder.add(index, bytes);
      expect(bytes).toEqual(of(index));
      bytes.fill(0xaa);
    }
    decoder.recover();
    expect(decoder.block()).toEqual(bytesOf(4 * 8, 2));
  });

  test('released, it is empty for good, and its memory shows nothing in the next block', () => {
    const decoder = new BlockDecoder(4, 8);
    for (const index of [4, 5, 6, 7]) decoder.add(index, of(index));
    decoder.recover();
    const view = decoder.block()!;
    decoder.release();
    decoder.release();
    expect([decoder.block(), decoder.source(0), decoder.hasSource(0)]).toEqual([undefined, undefined, false]);
    expect(decoder.recover()).toEqual([]);
    expect(decoder.add(8, of(8))).toBe('useless');

    const next = new BlockDecoder(4, 8);
    next.add(1, Uint8Array.of(1));
    expect(next.source(1)!.buffer).toBe(view.buffer);
    expect([...next.source(1)!]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    expect([0, 2, 3].map((i) => next.source(i))).toEqual([undefined, undefined, undefined]);
    const other = new BlockDecoder(4, 8);
    other.add(0, of(0));
    expect(other.source(0)!.buffer).not.toBe(view.buffer);
  });

  test('keeps the memory of no more than 16 released blocks', () => {
    const released = Array.from({ length: 40 }, () => new BlockDecoder(1, 5));
    const buffers = new Set(
      released.map((decoder) => {
        decoder.add(0, new Uint8Array(5));
        return decoder.source(0)!.buffer;
      }),
    );
    for (const decoder of released) decoder.release();
    const again = Array.from({ length: 40 }, () => {
      const decoder = new BlockDecoder(1, 5);
      decoder.add(0, new Uint8Array(5));
      return decoder.source(0)!.buffer;
    });
    expect(again.filter((buffer) => buffers.has(buffer)).length).toBe(16);
  });

  test('between two rows of an encoder it disturbs neither side', () => {
    const symbols = [5, 6, 0, 9].map((index) => symbol(encoder, index));
    const expected = encoder.repair(1);
    expect(decode(4, 8, symbols)).toEqual(bytesOf(4 * 8, 2));
    expect(encoder.repair(1)).toEqual(expected);
  });
});
