/**
 * Library files that a page or worker loads by address at run time. They must be files of our own origin:
 * nothing is ever loaded from a third party.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './tools.mjs';

/** From `node_modules/` to `public/vendor/`; `append` makes a script a module that exports something. */
export const vendorFiles = [
  // Its worker imports the library again by address (`libURL`).
  {
    from: 'browser-image-compression/dist/browser-image-compression.js',
    to: 'browser-image-compression.js',
  },
  // LGPL: a library of its own that anybody may replace by another build of it, with its licence beside it.
  {
    from: 'libheif-js/libheif-wasm/libheif.js',
    to: 'libheif/libheif.mjs',
    append: '\nexport default libheif;\n',
  },
  { from: 'libheif-js/libheif-wasm/libheif.wasm', to: 'libheif/libheif.wasm' },
  { from: 'libheif-js/libheif-wasm/LICENSE', to: 'libheif/LICENSE' },
];

export function copyVendorFiles() {
  for (const file of vendorFiles) {
    const source = join(root, 'node_modules', file.from);
    const target = join(root, 'public', 'vendor', file.to);
    if (existsSync(target) && statSync(target).mtimeMs >= statSync(source).mtimeMs) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, vendorBytes(file));
  }
}

export function vendorBytes({ from, append = '' }) {
  return Buffer.concat([readFileSync(join(root, 'node_modules', from)), Buffer.from(append)]);
}
