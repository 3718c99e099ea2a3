/**
 * The packages whose code or files the pages serve, with their licences: `public/licences.txt` and the list
 * on the about page. Found by following the imports of the pages; a package's own dependencies count as
 * served, although a bundler may leave some out.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './tools.mjs';
import { vendorFiles } from './vendor.mjs';

/** Next.js declares its compiler and image server too; of these a browser gets its runtime's helpers. */
const OF_NEXT = ['@swc/helpers'];

/** @typedef {{ name: string, version: string, licence: string, text: string }} Served */

/** Writes both files where they differ from what is there. */
export function writeLicences() {
  const packages = servedPackages();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const list = packages.map(({ name, version: of, licence }) => ({ name, version: of, licence }));
  write(
    join(root, 'app', 'about', 'served.generated.ts'),
    `export const version = ${JSON.stringify(version)};\nexport const packages = ${JSON.stringify(list, null, 2)};\n`,
  );
  write(
    join(root, 'public', 'licences.txt'),
    packages
      .map(({ name, version: of, licence, text }) => `${name} ${of} (${licence})\n\n${text.trim()}\n`)
      .join(`\n${'-'.repeat(80)}\n\n`),
  );
}

/** @returns {Served[]} by name */
export function servedPackages() {
  const served = new Map();
  const add = (name, from) => {
    const folder = folderOf(name, from);
    if (folder === undefined || served.has(folder)) return;
    const described = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    served.set(folder, {
      name,
      version: described.version,
      licence: licenceOf(described),
      text: licenceText(folder) ?? `${licenceOf(described)}. No text is shipped with the package.`,
    });
    const own = name === 'next' ? OF_NEXT : Object.keys(described.dependencies ?? {});
    for (const dependency of own) add(dependency, folder);
  };
  for (const name of importedPackages()) add(name, root);
  for (const { from } of vendorFiles) add(packageOf(from), root);
  return [...served.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Bare imports of the pages and of what they import. */
function importedPackages() {
  const seen = new Set();
  const found = new Set(['react-dom']);
  const follow = (file) => {
    if (seen.has(file) || file.endsWith('.generated.ts')) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    // Type imports leave nothing behind.
    for (const [, type, specifier] of text.matchAll(
      /(?:^import (type )?(?:[^'";]*? from )?|^export [^'";]*? from |import\(|new URL\()'([^']+)'/gm,
    )) {
      if (type !== undefined) continue;
      if (!specifier.startsWith('.')) found.add(packageOf(specifier));
      else if (/\.tsx?$/.test(specifier)) follow(join(dirname(file), specifier));
    }
  };
  const pages = readdirSync(join(root, 'app'), { recursive: true }).filter((name) =>
    /(^|\/)(page|layout|error|not-found)\.tsx$/.test(name),
  );
  for (const page of pages) follow(join(root, 'app', page));
  return [...found].filter((name) => !name.startsWith('node:'));
}

/** 'qr/decode.js' → 'qr'; '@noble/hashes/sha2.js' → '@noble/hashes' */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** As Node resolves it: the nearest `node_modules` that has it. */
function folderOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === dirname(at)) return undefined;
  }
}

function licenceOf({ license, licenses }) {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' or ') ?? 'unknown';
}

function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(licen[cs]e|copying)(\.|-|$)/i.test(file));
  return name === undefined ? undefined : readFileSync(join(folder, name), 'utf8');
}

function write(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
