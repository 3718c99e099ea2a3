// Compiles the erasure code's kernel (AssemblyScript) to WebAssembly and writes it as a string constant, so
// that workers, pages and Node load it the same way, without a request. Does nothing when the constant was
// made from this very source and compiler.
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../lib/protocol/erasure/', import.meta.url));
const source = join(folder, 'kernel.as.ts');
const target = join(folder, 'kernel.generated.ts');
const compiler = new URL('../node_modules/assemblyscript/package.json', import.meta.url);

/**
 * `--importMemory`: the caller says how much memory there is. No heap, no collector, no assertions: it only
 * computes.
 */
const FLAGS = [
  '--enable',
  'simd',
  '--runtime',
  'stub',
  '-O3',
  '--noAssert',
  '--importMemory',
  '--use',
  'abort=',
];

const text = await readFile(source, 'utf8');
const made = createHash('sha256')
  .update(JSON.stringify([text, FLAGS, JSON.parse(await readFile(compiler, 'utf8')).version]))
  .digest('hex');
const header = `// Made by scripts/build-kernel.mjs (${made}).\n`;

const present = await readFile(target, 'utf8').catch(() => '');
if (!present.startsWith(header)) {
  const wasm = await compile(text);
  const constant = `export const KERNEL_WASM =\n  '${Buffer.from(wasm).toString('base64')}';\n`;
  // Two builds at once must not see half a file of each other's.
  const draft = `${target}.${process.pid}.tmp`;
  await writeFile(draft, header + constant);
  await rename(draft, target);
  console.log(`kernel: ${wasm.length} bytes of WebAssembly`);
}

async function compile(code) {
  const { main } = await import('assemblyscript/asc');
  let wasm;
  let messages = '';
  const { error } = await main([basename(source), '--outFile', 'kernel.wasm', ...FLAGS], {
    readFile: (name) => (name === basename(source) ? code : null),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm') wasm = contents;
    },
    listFiles: () => [],
    stderr: { write: (text) => (messages += text) },
  });
  if (error || !wasm) throw new Error(`${basename(source)} does not compile\n${messages}`, { cause: error });
  return wasm;
}
