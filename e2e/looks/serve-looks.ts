/** Bundles and serves the page of `looks-harness.tsx`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { picture } from './states.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const HTML = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tessera</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/looks.css"></head><body><script type="module" src="/looks.js"></script></body></html>`;

export interface Looks {
  url: string;
  close(): Promise<void>;
}

export async function serveLooks(): Promise<Looks> {
  const { outputFiles } = await build({
    // The worker is asked for by the name of its source: `new URL('./preview.worker.ts', import.meta.url)`.
    entryPoints: {
      looks: here('../looks-harness.tsx'),
      worker: here('../../lib/image/make/preview.worker.ts'),
    },
    outdir: '/',
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    write: false,
    logLevel: 'silent',
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.NEXT_PUBLIC_TESSERA_STATES': '"1"',
      'process.env': '{}',
    },
    alias: { 'next/link': here('next-stand-ins.ts'), 'next/navigation': here('next-stand-ins.ts') },
  });
  const text = (name: string): string => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  const files: Record<string, readonly [type: string, body: string | Buffer]> = {
    '/': ['text/html; charset=utf-8', HTML],
    '/looks.js': ['text/javascript', text('looks.js')],
    '/looks.css': ['text/css', text('looks.css')],
    '/preview.worker.ts': ['text/javascript', text('worker.js')],
    '/states/picture.jpg': ['image/png', picture()],
  };
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://x').pathname];
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', file[0]);
    response.end(file[1]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://localhost:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
