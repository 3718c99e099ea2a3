/**
 * What another folder imports from `lib/` or `signaling/` has a docstring: directly above it, or at the head
 * of the run of lines it is declared in. Each file opens with a sentence that says what it is for: a
 * docstring at its head, or that of the one value it exports. Tests import what they like, and their titles
 * speak for them.
 */
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sources } from './sources.mjs';

const TEST = /\.(?:test|spec|fixture)\.tsx?$/;
const VALUE = /^export (?:(?:default|abstract|async) )*(?:const|let|function\*?|class) ([\w$]+)/gm;

/**
 * @param {string} file path of the importer, with `/`
 * @param {string} source of it
 * @returns {{ from: string, name: string }[]} names taken from files of another folder
 */
export function importsOf(file, source) {
  const folder = posix.dirname(file);
  const lists = [
    ...source.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(\.[^']*)'/g),
    ...source.matchAll(/\{([^{}]*)\}\s*=\s*await[^;]*?import\('(\.[^']*)'\)/g),
  ];
  return lists
    .map(([, names, path]) => ({ names, from: posix.join(folder, path) }))
    .filter(({ from }) => posix.dirname(from) !== folder)
    .flatMap(({ names, from }) =>
      names
        .split(',')
        .map((name) =>
          name
            .trim()
            .replace(/^type\s+/, '')
            .split(/\s+as\s+|:/)[0]
            .trim(),
        )
        .filter((name) => name !== '')
        .map((name) => ({ from, name })),
    );
}

/**
 * @param {string} source of a file
 * @param {string} name of what it exports
 * @returns {boolean | undefined} whether it has one; `undefined`: it is declared elsewhere
 */
export function hasDocstring(source, name) {
  const declaration = new RegExp(
    `^export (?:(?:default|declare|abstract|async) )*(?:const|let|function\\*?|class|interface|type|enum) ${name.replaceAll('$', String.raw`\$`)}(?![\\w$])`,
  );
  const lines = source.split('\n');
  const at = lines.findIndex((line) => declaration.test(line));
  if (at < 0) return undefined;
  let first = at;
  while (first > 0 && lines[first - 1].trim() !== '') first--;
  return (at > 0 && lines[at - 1].trimEnd().endsWith('*/')) || lines[first].startsWith('/**');
}

/**
 * @param {string} source of a file
 * @returns {boolean} whether it says what it is for
 */
export function hasOpening(source) {
  const first = source.split('\n').find((line) => !/^$|^#!|^'use client';$|^\/\* oxlint|^\/\/\/ /.test(line));
  if (first === undefined || first.startsWith('/**') || first.startsWith('// ')) return true;
  const values = [...source.matchAll(VALUE)].map(([, name]) => name);
  return values.length === 1 && hasDocstring(source, values[0]) === true;
}

/**
 * @param {Map<string, string>} files their sources by path
 * @returns {{ complaints: string[], count: number }}
 */
export function check(files) {
  /** @type {Map<string, Set<string>>} */
  const used = new Map();
  for (const [file, source] of files) {
    if (TEST.test(file)) continue;
    for (const { from, name } of importsOf(file, source))
      if (/^(?:lib|signaling)\//.test(from)) used.set(from, (used.get(from) ?? new Set()).add(name));
  }
  const complaints = [...files]
    .filter(([file, source]) => !/\.(?:test|spec|d)\.tsx?$/.test(file) && !hasOpening(source))
    .map(([file]) => `${file}: no sentence at its head says what it is for`);
  let count = 0;
  for (const [file, names] of used)
    for (const name of names) {
      const has = hasDocstring(files.get(file) ?? '', name);
      if (has !== undefined) count++;
      if (has === false) complaints.push(`${file}: ${name} is used by another folder and has no docstring`);
    }
  return { complaints: complaints.sort(), count };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { complaints, count } = check(new Map(sources().map(({ file, source }) => [file, source])));
  for (const complaint of complaints) console.error(complaint);
  console.log(`${count} exports that another folder uses, ${complaints.length} complaints`);
  process.exit(complaints.length > 0 ? 1 : 0);
}
