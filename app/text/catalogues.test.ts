/** The translations beside the English: no key missing, none unknown, the same values in each message. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CancelReason } from '../../lib/protocol/wire/control-message.ts';
import { problemOf } from '../../lib/session/bridge/cancel-reasons.ts';
import { keysOf, messageAt, type Messages, sayFrom, withFallback } from './catalogue.ts';
import { chooseLanguage, LANGUAGES } from './languages.ts';
import { labText } from './lab-text.ts';
import { pagesText } from './pages-text.ts';

const FOLDER = join(import.meta.dirname, 'catalogues');
const PARTS = ['pages', 'lab'] as const;
const PLURAL = /_(zero|one|two|few|many|other)$/;

function read(language: string, part: string): Messages {
  return JSON.parse(readFileSync(join(FOLDER, language, `${part}.json`), 'utf8')) as Messages;
}

/** Every key a complete translation has: a plural message once for each category of its language. */
function expectedKeys(english: Messages, language: string): string[] {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = keysOf(english).flatMap((key) =>
    PLURAL.test(key) ? categories.map((one) => key.replace(PLURAL, `_${one}`)) : [key],
  );
  return [...new Set(keys)].toSorted();
}

function valuesOf(message: string): string[] {
  return [...message.matchAll(/\{\{(\w+)/g)].map(([, name]) => name as string).toSorted();
}

const languages = readdirSync(FOLDER);

test('each language in the list has a catalogue, and each catalogue is in the list', () => {
  expect(languages.toSorted()).toEqual(Object.keys(LANGUAGES).toSorted());
});

describe.each(languages)('the catalogue of %s', (language) => {
  test.each(PARTS)('has every message of %s, and no other', (part) => {
    const own = read(language, part);
    const written = keysOf(own).filter((key) => messageAt(own, key) !== undefined);
    expect(written.toSorted()).toEqual(expectedKeys(read('en', part), language));
  });

  test.each(PARTS)('has the values of the English message in each of %s', (part) => {
    const english = read('en', part);
    const own = read(language, part);
    for (const key of keysOf(own)) {
      const model = messageAt(english, key) ?? messageAt(english, key.replace(PLURAL, '_other'));
      const allowed = valuesOf(model ?? '');
      const found = valuesOf(messageAt(own, key) ?? '');
      // "One lane": a plural form may write its number as a word.
      if (PLURAL.test(key)) expect([key, ...allowed]).toEqual(expect.arrayContaining(found));
      else expect([key, ...found]).toEqual([key, ...allowed]);
    }
  });

  test('[P-56] has a sentence of its own for each reason to end a transfer', () => {
    const reasons = Object.values(CancelReason);
    expect(reasons).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const { problems } = pagesText(read(language, 'pages'), language);
    const sentences = reasons.map((reason) => problems[problemOf(reason)]);
    for (const sentence of sentences) expect(sentence).toMatch(/[.?!。]$/u);
    expect(new Set(sentences).size).toBe(reasons.length);
  });

  test('leaves no value of a message unfilled', () => {
    const filled = (tree: object): string[] =>
      Object.entries(tree).flatMap(([key, one]: [string, unknown]) => {
        // As in the catalogue; the message of that name is a function.
        if (PLURAL.test(key)) return [];
        if (typeof one === 'function') return [(one as (...args: number[]) => string)(2, 3, 4, 5)];
        return typeof one === 'object' && one !== null ? filled(one) : [String(one)];
      });
    const all = [pagesText(read(language, 'pages'), language), labText(read(language, 'lab'), language)];
    for (const sentence of all.flatMap(filled)) expect(sentence).not.toMatch(/\{\{|\}\}|undefined/);
  });
});

describe('a translation that is not finished', () => {
  const english = { room: { open: 'Open', lanes_one: '1 lane', lanes_other: '{{count, number}} lanes' } };

  test('is English where a message is missing or empty', () => {
    expect(withFallback(english, { room: { open: '' } }).room.open).toBe('Open');
    expect(withFallback(english, {}).room.open).toBe('Open');
    expect(withFallback(english, { room: { open: 'Öffnen' } }).room.open).toBe('Öffnen');
    expect(sayFrom(english, {}, 'de')('room.lanes', { count: 1 })).toBe('1 lane');
  });

  test('takes the plural form of its language, or that for all other numbers', () => {
    const arabic = { room: { lanes_two: 'مساران', lanes_other: '{{count, number}} مسار' } };
    const say = sayFrom(english, arabic, 'ar');
    expect(say('room.lanes', { count: 2 })).toBe('مساران');
    expect(say('room.lanes', { count: 5 })).toMatch(/مسار$/);
  });

  test('shows an unknown key as it is', () => {
    expect(sayFrom(english, {}, 'de')('room.nowhere', {})).toBe('room.nowhere');
  });
});

test('numbers are written as the language writes them', () => {
  const messages = { left: '{{count, number}}' };
  expect(sayFrom(messages, messages, 'de')('left', { count: 12_345.5 })).toBe('12.345,5');
});

test('the first known language of the browser is chosen, else English', () => {
  expect(chooseLanguage(['tlh', 'de-AT', 'fr'])).toBe('de');
  expect(chooseLanguage(['constructor'])).toBe('en');
});
