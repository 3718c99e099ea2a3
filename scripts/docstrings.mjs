/**
 * What another folder imports from `lib/` or `signaling/` has a docstring: directly above it, or at the head
 * of the run of lines it is declared in. Tests import what they like.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['app', 'bench', 'e2e', 'lib', 'scripts', 'signaling', 'testbed'];

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
 * @param {Map<string, string>} sources by path
 * @returns {{ complaints: string[], count: number }}
 */
export function check(sources) {
  /** @type {Map<string, Set<string>>} */
  const used = new Map();
  for (const [file, source] of sources) {
    if (/\.(?:test|spec|fixture)\.tsx?$/.test(file)) continue;
    for (const { from, name } of importsOf(file, source))
      if (/^(?:lib|signaling)\//.test(from)) used.set(from, (used.get(from) ?? new Set()).add(name));
  }
  const complaints = [];
  let count = 0;
  for (const [file, names] of used)
    for (const name of names) {
      const has = hasDocstring(sources.get(file) ?? '', name);
      if (has !== undefined) count++;
      if (has === false) complaints.push(`${file}: ${name} is used by another folder and has no docstring`);
    }
  return { complaints: complaints.sort(), count };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true }).map((name) =>
        posix.join(room, String(name).replaceAll('\\', '/')),
      ),
    )
    .filter((name) => /\.(?:tsx?|mjs)$/.test(name));
  const { complaints, count } = check(
    new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')])),
  );
  for (const complaint of complaints) console.error(complaint);
  console.log(`${count - complaints.length} of ${count} exports that another folder uses have a docstring`);
  process.exit(complaints.length > 0 ? 1 : 0);
}
