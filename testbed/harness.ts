/** Serves one bundled module on an otherwise empty page, for browser tests of a layer on its own. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Harness {
  url: string;
  close(): Promise<void>;
}

/**
 * `entry`: the module's address, `new URL('…', import.meta.url)`. What it puts on `window` is the test's to
 * call.
 */
export async function serveHarness(entry: URL): Promise<Harness> {
  const bundle = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NEXT_PUBLIC_BASE_PATH': '""' },
    write: false,
    logLevel: 'silent',
  });
  const script = bundle.outputFiles[0]!.contents;
  const server = createServer((request, response) => {
    if (request.url === '/harness.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    } else if (request.url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>harness</title><script type="module" src="/harness.js"></script>');
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://localhost:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
