/**
 * What a person says, types, clicks or scans to bring two sides together: the code `slot-word-word`, and the
 * link's fragment `#slot.secret`. Only the slot may go to the server.
 */
import { toBase64Url } from './bytes.ts';
import { MAX_CODE_TEXT, LINK_SECRET_BYTES, MAX_MESSAGE } from './limits.ts';
import { isSlot, parseLink, type RoomLink } from './link.ts';
import { linkPassword, type Password, wordsPassword } from './password.ts';
import { CODE_WORDS, completeWord, isWord, nearestWord, splitWords } from './word-search.ts';

export interface RoomCode {
  kind: 'code';
  /** One to six digits, no zero in front. */
  slot: string;
  words: readonly [string, string];
}

export interface MalformedCode {
  kind: 'malformed';
  problem: 'code-malformed';
  /** A whole code that was probably meant. It is for the person to accept, never to be tried unasked. */
  suggestion?: string;
}

/** Randomness is a function given by the caller: `random(n)` gives n bytes. */
export type Random = (length: number) => Uint8Array;

/** Throws RangeError if the slot is none: the caller's fault. */
export function makeCode(slot: string, random: Random): RoomCode {
  return { kind: 'code', slot: checkedSlot(slot), words: [drawWord(random), drawWord(random)] };
}

/** Throws RangeError if the slot is none: the caller's fault. */
export function makeLink(slot: string, random: Random): RoomLink {
  return { kind: 'link', slot: checkedSlot(slot), secret: random(LINK_SECRET_BYTES) };
}

/** `12-acid-zoom` */
export function formatCode(code: RoomCode): string {
  return `${code.slot}-${code.words.join('-')}`;
}

/** `#12.…` with the secret as 22 letters of base64url: the fragment of a link, which browsers never send. */
export function formatFragment(link: RoomLink): string {
  return `#${link.slot}.${toBase64Url(link.secret)}`;
}

/** What both sides run the key exchange with, from a code or a link. */
export function passwordOf(entry: RoomCode | RoomLink): Password {
  return entry.kind === 'code'
    ? wordsPassword(entry.slot, entry.words)
    : linkPassword(entry.slot, entry.secret);
}

/**
 * Reads a code as people type it (capitals, spaces, dots, any dash or none, full-width letters) or a link,
 * its fragment with or without `#`, or a message with one of them in it. A word that is not on the list makes
 * it malformed, so that a slip never reaches the server, where it would burn the room.
 */
export function parseCode(text: string): RoomCode | RoomLink | MalformedCode {
  if (text.length > MAX_MESSAGE) return malformed();
  const link = parseLink(text);
  if (link) return link;
  const typed = text.length > MAX_CODE_TEXT ? malformed() : parseWords(text);
  if (typed.kind === 'code') return typed;
  return onlyCodeIn(text) ?? typed;
}

/**
 * What the text typed so far may become, as whole texts (`12-ac` → `12-acid`, `12-acorn` …), at most `limit`.
 */
export function completeCode(text: string, limit = 8): string[] {
  if (text.length > MAX_CODE_TEXT) return [];
  const typed = tokens(text);
  const [slot, ...words] = typed;
  const last = words.at(-1);
  if (slot === undefined || last === undefined || words.length > 2) return [];
  if (!isSlot(slot) || !text.trim().toLowerCase().endsWith(last)) return [];
  return completeWord(last, limit).map((word) => [slot, ...words.slice(0, -1), word].join('-'));
}

/** Whole, or but for the end of its last word: a person is about to join. */
export function isAlmostCode(text: string): boolean {
  if (parseCode(text).kind !== 'malformed') return true;
  const [first, second] = tokens(text).slice(1);
  return second !== undefined && isWord(first!) && completeCode(text, 1).length > 0;
}

/** A code as it is shown, with its dashes, and not a part of something longer. */
const CODE_IN_MESSAGE =
  /(?<![\p{L}\d]\p{Pd}?)(\d{1,6})\p{Pd}(yo\p{Pd}yo|\p{L}+)\p{Pd}(yo\p{Pd}yo|\p{L}+)(?!\p{Pd}?[\p{L}\d])/gu;

/**
 * In a message numbers and words are side by side by chance: only a code with its dashes counts, and only
 * one.
 */
function onlyCodeIn(text: string): RoomCode | undefined {
  const found = new Map<string, RoomCode>();
  for (const [, slot, ...words] of text.normalize('NFKC').toLowerCase().matchAll(CODE_IN_MESSAGE)) {
    const [first, second] = words.map((word) => word.replace(/\p{Pd}/gu, ''));
    if (slot === undefined || !isSlot(slot) || !first || !second || !isWord(first) || !isWord(second))
      continue;
    const one = code(slot, [first, second]);
    found.set(formatCode(one), one);
  }
  return found.size === 1 ? [...found.values()][0] : undefined;
}

function parseWords(text: string): RoomCode | MalformedCode {
  const [digits, ...words] = tokens(text);
  const slot = digits?.replace(/^0+(?=.)/, '');
  if (slot === undefined || !isSlot(slot) || words.some((word) => /\d/.test(word))) return malformed();

  const [first, second] = words;
  if (words.length === 2 && isWord(first!) && isWord(second!)) return code(slot, [first!, second!]);

  // A gap left out or put in the wrong place.
  const split = splitWords(words.join(''));
  if (split) return code(slot, split);

  if (words.length !== 2) return malformed();
  const meant = words.map((word) => (isWord(word) ? word : nearestWord(word)));
  if (meant[0] === undefined || meant[1] === undefined) return malformed();
  return malformed(code(slot, [meant[0], meant[1]]));
}

/**
 * Runs of digits and runs of letters; everything else only separates. Full-width forms count as plain ones.
 */
function tokens(text: string): string[] {
  const found =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[0-9]+|\p{L}+/gu) ?? [];
  return found.flatMap((token, i) => {
    // `yo-yo`, the one word with a dash.
    if (token === 'yo' && found[i + 1] === 'yo') return [];
    return token === 'yo' && found[i - 1] === 'yo' ? ['yoyo'] : [token];
  });
}

function code(slot: string, words: readonly [string, string]): RoomCode {
  return { kind: 'code', slot, words };
}

function malformed(suggestion?: RoomCode): MalformedCode {
  const result: MalformedCode = { kind: 'malformed', problem: 'code-malformed' };
  return suggestion ? { ...result, suggestion: formatCode(suggestion) } : result;
}

function checkedSlot(slot: string): string {
  if (!isSlot(slot)) throw new RangeError(`not a slot: ${slot}`);
  return slot;
}

/**
 * Six bytes modulo 1,296: the bias is below 2⁻³⁷, and there is no loop that a poor source could keep from
 * ending.
 */
function drawWord(random: Random): string {
  let value = 0;
  for (const byte of random(6)) value = value * 256 + byte;
  return CODE_WORDS[value % CODE_WORDS.length]!;
}
