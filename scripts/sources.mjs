/** The code that the checks of its writing read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools.mjs';

const rooms = ['app', 'bench', 'e2e', 'lib', 'scripts', 'signaling', 'testbed'];

/** @returns {{ file: string, source: string }[]} ours; what is generated is left out */
export function sources() {
  return rooms
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true }).map((name) => join(room, String(name))),
    )
    .filter((name) => /\.(?:tsx?|mjs)$/.test(name) && !name.includes('generated'))
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
}
