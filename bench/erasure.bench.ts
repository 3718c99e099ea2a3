/**
 * Speed of the erasure code: `node --import tsx bench/erasure.bench.ts [kernel]`, kernel `simd` (default) or
 * `reference`. Blocks of 64 × 1024 bytes, 16 rows of repair (25 %) each, one symbol in ten lost by a seeded
 * draw; medians of 15 rounds.
 */
import { BlockDecoder } from '../lib/protocol/erasure/decoder.ts';
import { BlockEncoder } from '../lib/protocol/erasure/encoder.ts';
import { referenceKernel, simdKernel } from '../lib/protocol/erasure/kernel.ts';

const K = 64;
const REPAIR = 16;
const SYMBOL_LENGTH = 1024;
const LOSS = 0.1;
const ROUNDS = 15;

const kernel = process.argv[2] === 'reference' ? referenceKernel() : simdKernel();
if (!kernel) throw new Error('This engine has no WebAssembly SIMD.');

for (const megabytes of [5, 50]) {
  const blocks = Math.round((megabytes * 1e6) / (K * SYMBOL_LENGTH));
  // Touched once before anything is timed: fresh pages are the system's cost, not the code's.
  const memory = {
    file: new Uint8Array(blocks * K * SYMBOL_LENGTH).map((_, i) => (i * 0x9e3779b1) >>> 24),
    repairs: new Uint8Array(blocks * REPAIR * SYMBOL_LENGTH).fill(1),
    rebuilt: new Uint8Array(blocks * K * SYMBOL_LENGTH).fill(1),
  };
  const encode: number[] = [];
  const decode: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const figures = measure(blocks, round + 1, memory);
    encode.push(figures.encode);
    decode.push(figures.decode);
  }
  console.log(
    `${kernel.kind}, ${megabytes} MB: encode ${spread(encode)} MB/s with 25 % parity, decode ${spread(decode)} MB/s at 10 % loss`,
  );
}

interface Buffers {
  file: Uint8Array;
  repairs: Uint8Array;
  rebuilt: Uint8Array;
}

/**
 * MB of file a second. Times what an endpoint does with a block: take its bytes, make or use its repair, give
 * it back.
 */
function measure(
  blocks: number,
  seed: number,
  { file, repairs, rebuilt }: Buffers,
): { encode: number; decode: number } {
  const random = mulberry32(seed);
  const megabytes = file.length / 1e6;
  const symbol = (bytes: Uint8Array, n: number) => bytes.subarray(n * SYMBOL_LENGTH, (n + 1) * SYMBOL_LENGTH);

  let began = performance.now();
  for (let b = 0; b < blocks; b++) {
    const encoder = BlockEncoder.from(
      file.subarray(b * K * SYMBOL_LENGTH, (b + 1) * K * SYMBOL_LENGTH),
      SYMBOL_LENGTH,
      kernel,
    );
    for (let r = 0; r < REPAIR; r++) encoder.repair(r, symbol(repairs, b * REPAIR + r));
  }
  const encode = megabytes / ((performance.now() - began) / 1000);

  // The draw is not the code's work. A block that lost more than its repair makes up for is left at what
  // arrived.
  const arrivals = Array.from({ length: blocks }, () =>
    Array.from({ length: K + REPAIR }, (_, index) => index).filter(() => random() >= LOSS),
  );
  rebuilt.fill(0);
  let whole = 0;
  began = performance.now();
  for (const [b, indexes] of arrivals.entries()) {
    const decoder = new BlockDecoder(K, SYMBOL_LENGTH, kernel);
    for (const index of indexes) {
      const bytes = index < K ? symbol(file, b * K + index) : symbol(repairs, b * REPAIR + index - K);
      decoder.add(index, bytes);
      if (decoder.complete) break;
    }
    if (!decoder.complete) continue;
    decoder.recover();
    rebuilt.set(decoder.block()!, b * K * SYMBOL_LENGTH);
    decoder.release();
    whole++;
  }
  const decode = (megabytes * whole) / blocks / ((performance.now() - began) / 1000);

  for (let b = 0; b < blocks; b++) {
    if (arrivals[b]!.length < K) continue;
    const [from, to] = [b * K * SYMBOL_LENGTH, (b + 1) * K * SYMBOL_LENGTH];
    if (Buffer.compare(file.subarray(from, to), rebuilt.subarray(from, to)) !== 0)
      throw new Error(`block ${b} differs`);
  }
  return { encode, decode };
}

/** Median and fastest: the one is what a shared machine gives, the other what the code can do. */
function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)]!)} (best ${Math.round(sorted.at(-1)!)})`;
}

/** A small seeded generator (public domain, Tommy Ettinger). */
function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
