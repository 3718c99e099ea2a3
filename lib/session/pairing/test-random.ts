/** For tests only: bytes that look random and are the same for the same seed. */
import { concat, utf8 } from './bytes.ts';
import type { Random } from './code.ts';
import { sha512 } from './digest.ts';

export function seededRandom(seed: number | string): Random {
  let counter = 0;
  return (length) => {
    let bytes = new Uint8Array(0);
    while (bytes.length < length)
      bytes = Uint8Array.from(concat(bytes, sha512(utf8(`${seed}/${counter++}`))));
    return bytes.slice(0, length);
  };
}
