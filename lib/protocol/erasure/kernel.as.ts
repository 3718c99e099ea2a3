// AssemblyScript, not TypeScript: `scripts/build-kernel.mjs` compiles it to WebAssembly with SIMD. It owns no
// memory and knows no layout; every address is an argument, so that kernel.ts alone decides what lies where.

// These two are small enough to be inlined by the optimiser.
// c · x for 16 bytes at once: each shuffle looks up one nibble of all of them.
function product(low: v128, high: v128, nibble: v128, x: v128): v128 {
  return v128.xor(
    i8x16.swizzle(low, v128.and(x, nibble)),
    // There is no cheap shift of bytes: shift 16-bit lanes and mask away the neighbour's bits.
    i8x16.swizzle(high, v128.and(i16x8.shr_u(x, 4), nibble)),
  );
}

function productOfByte(table: usize, x: u32): u32 {
  return load<u8>(table + (x & 15)) ^ load<u8>(table + 16 + (x >> 4));
}

/**
 * destination ^= Σ coefficients[i] · row[rows[i]], `length` bytes each; row n begins at `base + n · length`.
 * Four rows a pass: their eight tables stay in registers, and the destination is read and written a quarter
 * as often.
 */
export function combine(
  tables: usize,
  rows: usize,
  coefficients: usize,
  count: usize,
  base: usize,
  destination: usize,
  length: usize,
): void {
  const nibble = i8x16.splat(15);
  const whole = length & ~15;
  let i: usize = 0;

  for (; i + 4 <= count; i += 4) {
    const a = base + <usize>load<u8>(rows + i) * length;
    const b = base + <usize>load<u8>(rows + i + 1) * length;
    const c = base + <usize>load<u8>(rows + i + 2) * length;
    const d = base + <usize>load<u8>(rows + i + 3) * length;
    const ta = tables + ((<usize>load<u8>(coefficients + i)) << 5);
    const tb = tables + ((<usize>load<u8>(coefficients + i + 1)) << 5);
    const tc = tables + ((<usize>load<u8>(coefficients + i + 2)) << 5);
    const td = tables + ((<usize>load<u8>(coefficients + i + 3)) << 5);
    const aLow = v128.load(ta),
      aHigh = v128.load(ta, 16);
    const bLow = v128.load(tb),
      bHigh = v128.load(tb, 16);
    const cLow = v128.load(tc),
      cHigh = v128.load(tc, 16);
    const dLow = v128.load(td),
      dHigh = v128.load(td, 16);
    let at: usize = 0;
    for (; at < whole; at += 16) {
      const ab = v128.xor(
        product(aLow, aHigh, nibble, v128.load(a + at)),
        product(bLow, bHigh, nibble, v128.load(b + at)),
      );
      const cd = v128.xor(
        product(cLow, cHigh, nibble, v128.load(c + at)),
        product(dLow, dHigh, nibble, v128.load(d + at)),
      );
      v128.store(destination + at, v128.xor(v128.load(destination + at), v128.xor(ab, cd)));
    }
    for (; at < length; at++) {
      const sum =
        productOfByte(ta, load<u8>(a + at)) ^
        productOfByte(tb, load<u8>(b + at)) ^
        productOfByte(tc, load<u8>(c + at)) ^
        productOfByte(td, load<u8>(d + at));
      store<u8>(destination + at, load<u8>(destination + at) ^ sum);
    }
  }

  for (; i < count; i++) {
    const a = base + <usize>load<u8>(rows + i) * length;
    const ta = tables + ((<usize>load<u8>(coefficients + i)) << 5);
    const aLow = v128.load(ta),
      aHigh = v128.load(ta, 16);
    let at: usize = 0;
    for (; at < whole; at += 16) {
      const sum = product(aLow, aHigh, nibble, v128.load(a + at));
      v128.store(destination + at, v128.xor(v128.load(destination + at), sum));
    }
    for (; at < length; at++) {
      store<u8>(destination + at, load<u8>(destination + at) ^ productOfByte(ta, load<u8>(a + at)));
    }
  }
}
