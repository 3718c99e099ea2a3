/** Takes places out of IPTC-IIM records (IIM 4.2), keeping every length. */

/** Data sets of record 2 that name a place: content location code and name, city, sublocation, province, country. */
const PLACES = new Set([26, 27, 90, 92, 95, 100, 101]);

/** Data sets that stay move up, zeros fill the end: readers take zeros for padding. Changes `bytes` in place. */
export function blankIptc(bytes: Uint8Array): string[] {
  const kept: [number, number][] = [];
  let removed = false;
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === 0x1c) {
    let length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    let header = 5;
    if (length & 0x8000) {
      // Extended: the low bits say how many bytes hold the length; beyond 4 is no real file.
      const size = length & 0x7fff;
      if (size > 4) break;
      length = 0;
      for (let index = 0; index < size; index++) length = length * 256 + (bytes[at + 5 + index] ?? 0);
      header += size;
    }
    const end = at + header + length;
    if (end > bytes.length) break;
    if (bytes[at + 1] === 2 && PLACES.has(bytes[at + 2]!)) removed = true;
    else kept.push([at, end]);
    at = end;
  }
  if (!removed) return [];
  kept.push([at, bytes.length]);
  let to = 0;
  for (const [from, end] of kept) {
    bytes.copyWithin(to, from, end);
    to += end - from;
  }
  bytes.fill(0, to);
  return ['IPTC location'];
}
