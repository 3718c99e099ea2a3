import { cutToBytes, MAX_NAME_BYTES } from '../image/file-name.ts';

/**
 * Names for files that end up side by side: "a.jpg", "a (2).jpg". File systems of phones and desktops ignore
 * case.
 */
export class UniqueNames {
  readonly #taken = new Set<string>();

  /** Counts as taken from now on. */
  take(name: string): string {
    const dot = name.lastIndexOf('.');
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
    let candidate = name;
    for (let count = 2; this.#taken.has(fold(candidate)); count++) {
      const ending = ` (${count})${extension}`;
      candidate = cutToBytes(stem, MAX_NAME_BYTES - new TextEncoder().encode(ending).length) + ending;
    }
    this.#taken.add(fold(candidate));
    return candidate;
  }
}

/** As the strictest of file systems compares (APFS: full case folding, so that `ß` is `SS`), or stricter. */
function fold(name: string): string {
  return name.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC');
}
