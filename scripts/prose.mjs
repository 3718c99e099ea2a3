/**
 * Plain words, counted. In comments: words of a private dialect per 1,000 words of comment, and comment lines
 * wider than 110 columns. In docs/PROTOCOL.md and docs/RATE.md: sentences of 40 words or more, and lines over
 * 120 characters. `--list` names the lines.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sources } from './sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = ['docs/PROTOCOL.md', 'docs/RATE.md'];

/** The models' own comments (quinn, str0m, h11, connect-es) have 0 to 0.5 of each. */
const MAX_PER_THOUSAND = 0.5;
const MAX_COLUMNS = 110;
const MAX_SENTENCE_WORDS = 39;
const MAX_LINE = 120;
/** What a tool reads is one line, however long its reason. */
const DIRECTIVE = /^oxlint-/;

const dialect = {
  'tell, told': /\b(?:tells?|told|telling|untold)\b/gi,
  'come, came': /\b(?:comes?|came|coming)\b/gi,
  'somebody, nobody': /\b(?:somebody|nobody)\b/gi,
  'stand, stood': /\b(?:stands?|stood|standing)\b/gi,
  'so many, so much': /\bso (?:many|much)\b/gi,
};

/**
 * @param {string} source @returns {{ line: number, columns: number, text: string }[]} one entry a line of
 * comment
 */
export function commentsOf(source) {
  const comments = [];
  let inside = false;
  for (const [index, whole] of source.split('\n').entries()) {
    const line = whole.trimEnd();
    const trimmed = line.trimStart();
    const at = inside ? 0 : trimmed.startsWith('/*') || trimmed.startsWith('//') ? 0 : trailing(trimmed);
    if (at < 0) continue;
    const text = trimmed
      .slice(at)
      .replace(/^(?:\/\/+|\/\*+|\*+(?!\/))\s?/, '')
      .replace(/\*\/.*$/, '');
    comments.push({ line: index + 1, columns: line.length, text });
    if (inside) inside = !trimmed.includes('*/');
    else inside = trimmed.startsWith('/*') && !trimmed.includes('*/');
  }
  return comments;
}

/**
 * Where a comment behind code begins; -1: nowhere. A `//` inside a string has its closing quote behind it.
 */
function trailing(line) {
  const at = line.lastIndexOf(' // ');
  return at < 0 || /['"`]/.test(line.slice(at)) ? -1 : at + 1;
}

/** @param {string} text @returns {number} */
export const wordsOf = (text) => (text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu) ?? []).length;

/**
 * @param {string} markdown @returns {{ words: number, text: string }[]} sentences of prose, without code,
 * tables and the names of tests
 */
export function sentencesOf(markdown) {
  const prose = markdown
    .replace(/^```[\s\S]*?^```/gm, '\n\n')
    .replace(/^\|.*$/gm, '\n')
    .replace(/\[`[^\]]*\]/g, '')
    .replace(/^\s*(?:[-*]|\d+\.)\s+/gm, '\n\n');
  return prose
    .split(/\n\s*\n/)
    .flatMap((paragraph) => paragraph.replaceAll('\n', ' ').split(/(?<=[.:;?!])\)?\s+(?=[A-Z`_*(\d])/))
    .map((text) => ({ text: text.trim(), words: wordsOf(text) }))
    .filter(({ words }) => words > 0);
}

/**
 * @param {{ file: string, source: string }[]} files
 * @returns {{ words: number, found: Record<string, string[]>, wide: string[] }}
 */
export function countDialect(files) {
  let words = 0;
  /** @type {Record<string, string[]>} */
  const found = Object.fromEntries(Object.keys(dialect).map((name) => [name, []]));
  const wide = [];
  for (const { file, source } of files)
    for (const { line, columns, text } of commentsOf(source)) {
      words += wordsOf(text);
      if (columns > MAX_COLUMNS && !DIRECTIVE.test(text)) wide.push(`${file}:${line}: ${columns} columns`);
      for (const [name, pattern] of Object.entries(dialect))
        for (const [word] of text.matchAll(pattern)) found[name].push(`${file}:${line}: ${word}: ${text}`);
    }
  return { words, found, wide };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const list = process.argv.includes('--list');
  const complaints = [];
  for (const file of documents) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [index, line] of text.split('\n').entries())
      if (line.length > MAX_LINE && !line.startsWith('|'))
        complaints.push(`${file}:${index + 1}: ${line.length} characters`);
    for (const { words, text: sentence } of sentencesOf(text))
      if (words > MAX_SENTENCE_WORDS) complaints.push(`${file}: ${words} words: ${sentence}`);
  }
  const { words, found, wide } = countDialect(sources());
  console.log(`${words} words of comment; per 1,000 (below ${MAX_PER_THOUSAND} each):`);
  for (const [name, places] of Object.entries(found)) {
    const share = (1000 * places.length) / words;
    console.log(`  ${name}: ${share.toFixed(2)} (${places.length})`);
    if (list) for (const place of places) console.log(`    ${place}`);
    if (share >= MAX_PER_THOUSAND) complaints.push(`${name}: ${share.toFixed(2)} per 1,000 words of comment`);
  }
  console.log(`${wide.length} comment lines wider than ${MAX_COLUMNS} columns`);
  complaints.push(...wide);
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}
