import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { withPolicyTag } from '../signaling/pages/policy.ts';

/**
 * Finishes the static export: writes the policy into every page, for file hosts that send no headers, and
 * compresses what compresses, so that the server need not do it for each visitor.
 *
 * @param signaling `https://host[:port]` of the signaling server of pages that will be served elsewhere
 */
export function finishExport(folder: string, signaling: string | undefined): void {
  const connect = signaling ? [signaling, signaling.replace(/^http/, 'ws')] : [];
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(html|m?js|css|svg|txt|json|wasm|webmanifest)$/.test(file)) continue;
    const path = join(folder, file);
    let bytes = readFileSync(path);
    if (file.endsWith('.html')) {
      bytes = Buffer.from(withPolicyTag(bytes.toString('utf8'), connect));
      writeFileSync(path, bytes);
    }
    // Below this the headers weigh more than the saving.
    if (bytes.length < 1024) continue;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, quality));
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}
