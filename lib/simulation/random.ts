/**
 * A small seeded generator, so that a run is a value: the same seed gives the same losses on every machine.
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32.
 */

/** The next number in [0, 1). */
export type Random = () => number;

/**
 * @param seed any integer; taken modulo 2³².
 * @param stream separates generators that share a seed, so that drawing more from one leaves the others
 * alone.
 */
export function seededRandom(seed: number, stream = 0): Random {
  let state = (Math.trunc(seed) ^ Math.imul(stream + 1, 0x9e3779b9)) | 0;
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // The author of sfc32 asks for twelve rounds before the first use.
  for (let round = 0; round < 12; round++) next();
  return next;
}
