/** Finding words of the list: while they are typed, and when they were mistyped. */
import { WORDS } from './words.ts';

/**
 * The list holds both `yo-yo` and `yoyo`, which sound alike: codes know only `yoyo` (drawn twice as often,
 * which costs nothing that counts).
 */
export const CODE_WORDS: readonly string[] = WORDS.map((word) => word.replace('-', ''));

const known = new Set(CODE_WORDS);

/** Whether `word` (lower case) is on the list of words of codes. */
export function isWord(word: string): boolean {
  return known.has(word);
}

/** Words that start with `prefix` (lower case), alphabetical, at most `limit`. None for an empty prefix. */
export function completeWord(prefix: string, limit = 8): string[] {
  if (prefix === '') return [];
  return [...known].filter((word) => word.startsWith(prefix)).slice(0, limit);
}

/** The word most likely meant by a mistyped one; `undefined` if none is near. */
export function nearestWord(typed: string): string | undefined {
  // Words have three to five letters: two slips in five are still recognisable, two in three are another
  // word.
  const tolerance = typed.length <= 3 ? 1 : 2;
  let best: string | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const word of known) {
    if (Math.abs(word.length - typed.length) > tolerance) continue;
    const distance = editDistance(typed, word);
    // First letters are seldom wrong, so they decide between words equally near.
    const score = distance + (word[0] === typed[0] ? 0 : 0.5);
    if (distance <= tolerance && score < bestScore) {
      best = word;
      bestScore = score;
    }
  }
  return best;
}

/**
 * Letters without a gap as two words of the list. No two pairs of words give the same letters (held by a test
 * over all of them), so the first reading found is the only one.
 */
export function splitWords(letters: string): [string, string] | undefined {
  for (let at = 3; at <= letters.length - 3; at++) {
    const first = letters.slice(0, at);
    const second = letters.slice(at);
    if (isWord(first) && isWord(second)) return [first, second];
  }
  return undefined;
}

/** Letters left out, added, exchanged or swapped with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
