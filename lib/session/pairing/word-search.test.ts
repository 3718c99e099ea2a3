import { describe, expect, test } from 'vitest';
import { CODE_WORDS, completeWord, editDistance, isWord, nearestWord, splitWords } from './word-search.ts';
import { WORDS } from './words.ts';

test('[P-71] the list is the EFF short list: 1,296 different words in order, from acid to zoom', () => {
  expect(WORDS).toHaveLength(1296);
  expect(new Set(WORDS).size).toBe(1296);
  expect(WORDS[0]).toBe('acid');
  expect(WORDS.at(-1)).toBe('zoom');
  expect([...WORDS].sort()).toEqual(WORDS);
  expect(WORDS.filter((word) => !/^[a-z]{3,5}$/.test(word))).toEqual(['yo-yo']);
});

test('codes use letters only, and the two spellings of one sound are one word', () => {
  expect(CODE_WORDS).toHaveLength(1296);
  expect(CODE_WORDS.filter((word) => !/^[a-z]+$/.test(word))).toEqual([]);
  expect(CODE_WORDS.filter((word) => word === 'yoyo')).toHaveLength(2);
  expect(new Set(CODE_WORDS).size).toBe(1295);
});

test('completes a word from its first letters, at most as many as asked for', () => {
  expect(completeWord('ac')).toEqual(['acid', 'acorn', 'acre', 'acts']);
  expect(completeWord('')).toEqual([]);
  expect(completeWord('xyz')).toEqual([]);
  expect(completeWord('s', 3)).toHaveLength(3);
});

test('offers both spellings of the toy once', () => {
  expect(completeWord('yoy')).toEqual(['yoyo']);
});

describe('a mistyped word', () => {
  test.each([
    ['acdi', 'acid'],
    ['acidd', 'acid'],
    ['zom', 'zoom'],
    ['yelpp', 'yelp'],
    ['wrold', 'world'],
  ])('%s is taken for one that is near', (typed) => {
    const found = nearestWord(typed)!;
    expect(isWord(found)).toBe(true);
    expect(editDistance(typed, found)).toBeLessThanOrEqual(2);
  });

  test('finds the word again for a slip at any letter of a word, or one as near', () => {
    // Every 13th word: all of them take ten seconds.
    for (const word of CODE_WORDS.filter((_, i) => i % 13 === 0)) {
      for (let at = 0; at < word.length; at++) {
        const typed = `${word.slice(0, at)}q${word.slice(at + 1)}`;
        const found = nearestWord(typed);
        expect(found, typed).toBeDefined();
        expect(editDistance(typed, found!)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('is not replaced by one that is far away', () => {
    expect(nearestWord('xqzkvj')).toBeUndefined();
    expect(nearestWord('qqq')).toBeUndefined();
    expect(nearestWord('')).toBeUndefined();
  });
});

test('measures distance in letters left out, added, exchanged or swapped', () => {
  expect(editDistance('acid', 'acid')).toBe(0);
  expect(editDistance('acid', 'caid')).toBe(1);
  expect(editDistance('acid', 'aid')).toBe(1);
  expect(editDistance('acid', 'acids')).toBe(1);
  expect(editDistance('acid', 'avid')).toBe(1);
  expect(editDistance('', 'acid')).toBe(4);
});

test('[P-71] reads two words without a gap in one way only, whatever the words', () => {
  const words = [...new Set(CODE_WORDS)];
  const seen = new Set<string>();
  for (const first of words) for (const second of words) seen.add(first + second);
  expect(seen.size).toBe(words.length ** 2);
  expect(splitWords('acidzoom')).toEqual(['acid', 'zoom']);
  expect(splitWords('acid')).toBeUndefined();
  expect(splitWords('acidzoomz')).toBeUndefined();
});
