/**
 * Library files that a page or worker loads by address at run time, so that they must be files of our own origin:
 * nothing is ever loaded from a third party.
 */
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './tools.mjs';

/** From `node_modules/` to `public/vendor/`. */
const files = {
  // Its worker imports the library again by address (`libURL`).
  'browser-image-compression/dist/browser-image-compression.js': 'browser-image-compression.js',
};

export function copyVendorFiles() {
  const folder = join(root, 'public', 'vendor');
  mkdirSync(folder, { recursive: true });
  for (const [from, to] of Object.entries(files)) {
    const source = join(root, 'node_modules', from);
    const target = join(folder, to);
    if (!existsSync(target) || statSync(target).mtimeMs < statSync(source).mtimeMs)
      copyFileSync(source, target);
  }
}
