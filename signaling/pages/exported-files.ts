/**
 * The static export in memory: six megabytes, read once. What is served can then neither disappear nor fail
 * to be read, and costs no descriptor.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { hashInline, type PageHashes } from './policy.ts';

export type Encoding = 'br' | 'gzip';

export interface ExportedFile {
  /** Content-Type. */
  type: string;
  /** Hash of the uncompressed bytes, the stem of an entity tag. */
  hash: string;
  bytes: Buffer;
  /** Made by the build beside the file, where compression saves something. */
  compressed: Partial<Record<Encoding, Buffer>>;
  /** Of a page; unset for any other file. */
  policy: PageHashes | undefined;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html;charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/**
 * @returns the files by their path, `/send/index.html`; hidden ones are left out
 * @throws when the folder does not exist
 */
export function readExport(folder: string): Map<string, ExportedFile> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, sep).length));
  const all = new Set(paths);
  const files = new Map<string, ExportedFile>();
  for (const path of paths) {
    const segments = path.split(sep);
    const variant = /\.(?:br|gz)$/.test(path) && all.has(path.slice(0, -3));
    if (variant || segments.some((segment) => segment.startsWith('.'))) continue;
    const bytes = readFileSync(join(folder, path));
    const compressed: ExportedFile['compressed'] = {};
    if (all.has(`${path}.br`)) compressed.br = readFileSync(join(folder, `${path}.br`));
    if (all.has(`${path}.gz`)) compressed.gzip = readFileSync(join(folder, `${path}.gz`));
    files.set(`/${segments.join('/')}`, {
      type: TYPES[extname(path)] ?? 'application/octet-stream',
      hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
      bytes,
      compressed,
      policy: path.endsWith('.html') ? hashInline(bytes.toString('utf8')) : undefined,
    });
  }
  return files;
}
