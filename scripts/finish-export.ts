import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { BUILT_FOR_FILE, type BuiltFor } from '../signaling/pages/built-for.ts';
import { withPolicyTag } from '../signaling/pages/policy.ts';

/**
 * Finishes the static export: writes the policy into every page, for file hosts that send no headers, with
 * the signaling server's address where it is another host's, and compresses what compresses, so that the
 * server need not do it for each visitor.
 *
 * @param signaling `https://host[:port][/path]` of the signaling server of pages that will be served
 *   elsewhere; empty: it serves them itself
 */
export function finishExport(folder: string, { basePath }: BuiltFor, signaling: string): void {
  const origin = signaling === '' ? '' : new URL(signaling).origin;
  const connect = origin === '' ? [] : [origin, origin.replace(/^http/, 'ws')];
  writeFileSync(join(folder, BUILT_FOR_FILE), JSON.stringify({ basePath } satisfies BuiltFor));
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|m?js|css|svg|txt|json|wasm|webmanifest)$/.test(file)) continue;
    const path = join(folder, file);
    let bytes = readFileSync(path);
    if (file.endsWith('.html')) {
      bytes = Buffer.from(withPolicyTag(withSignalingTag(bytes.toString('utf8'), signaling), connect));
      writeFileSync(path, bytes);
    }
    // Below this the headers weigh more than the saving.
    if (bytes.length < 1024) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, quality));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

/** Where the page finds its signaling server (`sessionOptions`). */
function withSignalingTag(html: string, signaling: string): string {
  const bare = html.replace(/<meta name="tessera-signaling"[^>]*>/, '');
  if (signaling === '') return bare;
  return bare.replace(
    /<head[^>]*>/,
    (head) => `${head}<meta name="tessera-signaling" content="${signaling}"/>`,
  );
}
