/**
 * `npm run build`: the pages as plain files in `out/`. Also what `npm start` and `npm test` call when they
 * are stale.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { argv, env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, root, runTool } from './tools.mjs';
import { writeLicences } from './served.mjs';
import { copyVendorFiles } from './vendor.mjs';

/** With TESSERA_DIST the export goes there instead (see next.config.js). */
const folder = env.TESSERA_DIST || 'out';
const stamp = join(root, '.stamps', `build-${folder.replaceAll(/[^a-z0-9]+/gi, '-')}`);
/**
 * Scripts of earlier builds, named by their content: pages that are open ask for them until they are loaded
 * anew.
 */
const KEPT_DAYS = 14;
const NAMED = '_next/static';

/** Everything that a page is made of. */
const sources = [
  'app',
  'lib',
  'public',
  'scripts',
  'signaling/wire/limits.ts',
  'signaling/wire/messages.ts',
  'signaling/pages/policy.ts',
  'signaling/pages/built-for.ts',
  'next.config.js',
  'package-lock.json',
  'tsconfig.json',
];

/** What a build needs and git does not keep: the erasure code's kernel, the self-hosted library
 * files and the list of licences. */
export async function prepare() {
  // Compiles as it is imported, when its source changed.
  await import('./build-kernel.mjs');
  copyVendorFiles();
  writeLicences();
}

/** Builds when a source changed since the last build. Throws when the build fails. */
export async function ensureBuilt() {
  await prepare();
  const print = fingerprint();
  const fresh = existsSync(join(root, folder, 'index.html')) && existsSync(stamp);
  if (fresh && readFileSync(stamp, 'utf8') === print) return;
  console.log('Building the pages (next build) …');
  const { register } = await import('tsx/esm/api');
  const unregister = register();
  const { basePath, signaling } = await readPlace();
  // A build that fails half-way must not look finished.
  rmSync(stamp, { force: true });
  const earlier = putAside();
  const next = await runTool('next', ['build']);
  if (next.code !== 0) throw new Error('next build failed; see above.');
  const { finishExport } = await import('./finish-export.ts');
  finishExport(join(root, folder), { basePath }, signaling);
  await unregister();
  bringBack(earlier);
  mkdirSync(join(root, '.stamps'), { recursive: true });
  writeFileSync(stamp, print);
}

/** Where the pages will be served, from the environment. Throws a sentence when it means nothing. */
async function readPlace() {
  const { parseBasePath, parseSignalingUrl } = await import('../signaling/pages/built-for.ts');
  const basePath = parseBasePath(env.BASE_PATH);
  if (basePath === undefined)
    throw new Error(
      `BASE_PATH: "${env.BASE_PATH}" is not a path such as /tessera, without a slash at its end.`,
    );
  const signaling = parseSignalingUrl(env.SIGNALING_URL);
  if (signaling === undefined)
    throw new Error(
      `SIGNALING_URL: "${env.SIGNALING_URL}" is not an address such as https://signaling.example.org.`,
    );
  return { basePath, signaling };
}

/**
 * The scripts of the last build, which the next one deletes; one that failed leaves them for the one after
 * it.
 */
function putAside() {
  const aside = `${stamp}.earlier`;
  const named = join(root, folder, NAMED);
  if (existsSync(named)) {
    mkdirSync(join(root, '.stamps'), { recursive: true });
    cpSync(named, aside, { recursive: true, preserveTimestamps: true });
    rmSync(named, { recursive: true });
  }
  return aside;
}

/** Adds what the new build lacks, but for files that no build of the last days has made. */
function bringBack(aside) {
  if (!existsSync(aside)) return;
  const oldest = Date.now() - KEPT_DAYS * 24 * 60 * 60 * 1000;
  cpSync(aside, join(root, folder, NAMED), {
    recursive: true,
    preserveTimestamps: true,
    force: false,
    filter: (path) => statSync(path).isDirectory() || statSync(path).mtimeMs >= oldest,
  });
  rmSync(aside, { recursive: true });
}

function fingerprint() {
  const knobs = ['BASE_PATH', 'SIGNALING_URL', 'NEXT_PUBLIC_TESSERA_STATES'].map((name) => env[name] ?? '');
  const hash = createHash('sha256').update(JSON.stringify(knobs));
  for (const source of sources) {
    for (const file of filesOf(source))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function filesOf(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await ensureInstalled();
    rmSync(stamp, { force: true });
    await ensureBuilt();
    console.log(`The pages are in ${folder}/.`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
