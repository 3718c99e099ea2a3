import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  completeCode,
  formatCode,
  formatFragment,
  isAlmostCode,
  makeCode,
  makeLink,
  parseCode,
  passwordOf,
} from './code.ts';
import { isSlot } from './link.ts';
import { seededRandom } from './test-random.ts';
import { CODE_WORDS } from './word-search.ts';

const ACID_ZOOM = { kind: 'code', slot: '12', words: ['acid', 'zoom'] };

const slots = fc.integer({ min: 1, max: 999_999 }).map(String);
const words = fc.constantFrom(...CODE_WORDS);

describe('a code is read however it is typed', () => {
  test.each([
    '12-acid-zoom',
    '12 acid zoom',
    ' 12  ACID   Zoom ',
    '12.acid.zoom',
    '12–acid—zoom',
    '12‑acid−zoom',
    '12acidzoom',
    '12-acidzoom',
    '12 ac id zoom',
    '12, acid, zoom.',
    '0012-acid-zoom',
    '１２－ａｃｉｄ－ｚｏｏｍ',
    '12\u00a0acid\u200bzoom',
    '12_acid_zoom',
    '12/acid/zoom',
  ])('%j', (text) => {
    expect(parseCode(text)).toEqual(ACID_ZOOM);
  });

  test('[P-71] reads back every code it writes, with and without separators', () => {
    fc.assert(
      fc.property(slots, words, words, (slot, first, second) => {
        const code = { kind: 'code' as const, slot, words: [first, second] as const };
        expect(parseCode(formatCode(code))).toEqual(code);
        expect(parseCode(slot + first + second)).toEqual(code);
      }),
    );
  });

  test.each(['7-yo-yo-acid', '7 yoyo acid', '7yoyoacid', '7 YO-YO acid'])(
    '%s has the one word with a dash',
    (text) => {
      expect(parseCode(text)).toEqual({ kind: 'code', slot: '7', words: ['yoyo', 'acid'] });
    },
  );

  test('reads two of them in a row', () => {
    expect(parseCode('7-yoyo-yoyo')).toEqual({ kind: 'code', slot: '7', words: ['yoyo', 'yoyo'] });
  });
});

describe('what is no code is malformed and gives no slot to ask the server for', () => {
  test.each([
    '',
    '12',
    'acid-zoom',
    '12-acid',
    '12-acid-zoom-acid',
    '1234567-acid-zoom',
    '0-acid-zoom',
    '12-acid-34',
    '12-34-acid-zoom',
    'acid-12-zoom',
    '-',
    'zwölf-säure-zoom',
    `12-acid-zoom${' '.repeat(5000)}`,
  ])('%j', (text) => {
    expect(parseCode(text)).toEqual({ kind: 'malformed', problem: 'code-malformed' });
  });

  test.each([
    ['12-acdi-zoom', '12-acid-zoom'],
    ['12-acid-zooom', '12-acid-zoom'],
    ['12-ACID-ZOM', '12-acid-zoom'],
  ])('a slip in %s is not corrected unasked, but %s is proposed', (text, suggestion) => {
    expect(parseCode(text)).toEqual({ kind: 'malformed', problem: 'code-malformed', suggestion });
  });

  test('takes any text at all without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const parsed = parseCode(text);
        expect(['code', 'link', 'malformed']).toContain(parsed.kind);
        completeCode(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a whole message is searched for its code', () => {
  const river = { kind: 'code', slot: '7', words: ['acid', 'zoom'] };
  test.each([
    'Code: 7-acid-zoom',
    'Hi! Here are the 20 pictures of Monday, the code is 7-acid-zoom.\n— Ada',
    '> use 7–Acid–Zoom, please',
    `7-acid-zoom (yes, 7-acid-zoom)\n${'words '.repeat(200)}`,
  ])('%j', (text) => expect(parseCode(text)).toEqual(river));

  test.each([
    'Not 7-acid-zoom but 8-acid-zoom',
    'I have 7 acid zoom lenses',
    'part 12-7-acid-zoom',
    'see x7-acid-zoom',
    'Code: 7-acid-zooom',
  ])('%j holds none', (text) => expect(parseCode(text).kind).toBe('malformed'));

  test('reads the word with a dash', () =>
    expect(parseCode('Code: 7-yo-yo-acid')).toEqual({ kind: 'code', slot: '7', words: ['yoyo', 'acid'] }));
});

describe('a link', () => {
  const link = makeLink('123', seededRandom('link'));

  test('is found in a message, whatever stands behind it, and with its sign encoded', () => {
    const fragment = formatFragment(link);
    const address = `https://tessera.example/receive/${fragment}`;
    for (const text of [
      `Open ${address}.`,
      `<${address}>`,
      `${address}\nor type 123-acid-zoom`,
      `see (${address}), please`,
      address.replace('#', '%23'),
      `${address} ${address}`,
      `${'words '.repeat(200)}${address}!`,
    ])
      expect(parseCode(text)).toEqual(link);
  });

  test('is not chosen among two', () => {
    const two = [link, makeLink('124', seededRandom('other'))].map(formatFragment);
    expect(parseCode(two.map((one) => `https://tessera.example/${one}`).join(' ')).kind).toBe('malformed');
  });

  test('[P-72] is written as a fragment with slot and secret, and read back with anything in front', () => {
    const fragment = formatFragment(link);
    expect(fragment).toMatch(/^#123\.[\w-]{22}$/);
    expect(parseCode(fragment)).toEqual(link);
    expect(parseCode(fragment.slice(1))).toEqual(link);
    expect(parseCode(` https://tessera.example:3000/receive${fragment}\n`)).toEqual(link);
  });

  test('[P-72] reads back every link it writes', () => {
    fc.assert(
      fc.property(slots, fc.integer(), (slot, seed) => {
        const made = makeLink(slot, seededRandom(seed));
        expect(parseCode(formatFragment(made))).toEqual(made);
      }),
    );
  });

  test('is malformed when a letter is missing, added, or not canonical', () => {
    const fragment = formatFragment(link);
    expect(parseCode(fragment.slice(0, -1)).kind).toBe('malformed');
    expect(parseCode(`${fragment}A`).kind).toBe('malformed');
    expect(parseCode(`#1.${'A'.repeat(21)}B`).kind).toBe('malformed');
    expect(parseCode(`#01.${'A'.repeat(22)}`).kind).toBe('malformed');
  });
});

describe('typing completes words', () => {
  test('offers whole codes for the word being typed', () => {
    expect(completeCode('12-ac')).toEqual(['12-acid', '12-acorn', '12-acre', '12-acts']);
    expect(completeCode('12 acid zo')).toEqual(['12-acid-zone', '12-acid-zoom']);
    expect(completeCode('12acid-ZOO')).toEqual(['12-acid-zoom']);
  });

  test('offers nothing before there is something to complete', () => {
    for (const text of ['', '1', '12-', '12-acid-', 'ac', '12-acid-zoom-ac', '1234567-ac']) {
      expect(completeCode(text), text).toEqual([]);
    }
  });
});

describe('making', () => {
  test('draws words evenly', () => {
    const random = seededRandom('even');
    const counts = new Map<string, number>();
    const draws = 12_960;
    for (let i = 0; i < draws; i++) {
      for (const word of makeCode('1', random).words) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    // 20 expected of each (yoyo: 40); six standard deviations are 27.
    expect(counts.size).toBe(1295);
    counts.delete('yoyo');
    expect(Math.max(...counts.values())).toBeLessThan(47);
  });

  test('refuses what is no slot', () => {
    for (const slot of ['', '0', '01', '1234567', '1a', '-1', '1.5']) {
      expect(isSlot(slot), slot).toBe(false);
      expect(() => makeCode(slot, seededRandom(1))).toThrow(RangeError);
      expect(() => makeLink(slot, seededRandom(1))).toThrow(RangeError);
    }
  });
});

test('[P-76] no two ways into a room, and no two rooms, share a password', () => {
  const secret = makeLink('1', seededRandom(1)).secret;
  const passwords = [
    passwordOf({ kind: 'code', slot: '1', words: ['acid', 'zoom'] }),
    passwordOf({ kind: 'code', slot: '2', words: ['acid', 'zoom'] }),
    passwordOf({ kind: 'code', slot: '1', words: ['zoom', 'acid'] }),
    passwordOf({ kind: 'link', slot: '1', secret }),
    passwordOf({ kind: 'link', slot: '2', secret }),
  ].map(({ bytes }) => String(bytes));
  expect(new Set(passwords).size).toBe(passwords.length);
});

describe('somebody is about to join', () => {
  test.each(['12-acid-z', '12-acid-zoo', '12 ACID zoom', '12acidzoom', '#12.AAAAAAAAAAAAAAAAAAAAAA'])(
    'with %j',
    (text) => {
      expect(isAlmostCode(text)).toBe(true);
    },
  );

  test.each([
    '',
    '12',
    '12-acid',
    '12-acid-',
    '12-acid-qw',
    '12-acid-qwertz',
    '12-qwertz-ac',
    'acid-zoom',
    'hello',
  ])('but not yet with %j', (text) => {
    expect(isAlmostCode(text)).toBe(false);
  });
});
