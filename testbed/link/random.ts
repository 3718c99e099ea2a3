/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * The sfc32 generator (Chris Doty-Humphrey, PractRand). Seeded and fast; the stream's name keeps independent
 * impairments independent: turning jitter on does not change which packets are lost.
 */
export function seededRandom(seed: number, stream: string): Random {
  let a = seed >>> 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  for (let i = 0; i < stream.length; i++) c = Math.imul(c ^ stream.charCodeAt(i), 0x01000193) >>> 0;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
