/** Serves the exported pages, each with the policy that fits its inline scripts. The one door of sirv. */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import sirv from 'sirv';
import { overHttps, safeHost, setSecurityHeaders } from './headers.ts';
import { contentSecurityPolicy, hashInline, noHashes, type PageHashes } from './policy.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * @param folder the static export; read once, so start again after a build
 * @throws when the folder does not exist
 */
export function servePages(folder: string, trustedProxies: number): Handler {
  const pages = new Map<string, PageHashes>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html')) continue;
    const hashes = hashInline(readFileSync(join(folder, file), 'utf8'));
    pages.set(`/${relative('.', file).split(sep).join('/')}`, hashes);
  }
  const hashesOf = (path: string): PageHashes | undefined =>
    path.endsWith('/')
      ? pages.get(`${path}index.html`)
      : (pages.get(path) ?? pages.get(`${path}.html`) ?? pages.get(`${path}/index.html`));

  const files = sirv(folder, { etag: true, gzip: true, brotli: true, extensions: ['html'] });
  const notFound = pages.has('/404.html')
    ? readFileSync(join(folder, '404.html'))
    : Buffer.from('Not found\n');

  return (request, response) => {
    const https = overHttps(request, trustedProxies);
    const host = safeHost(request, trustedProxies);
    const policyFor = (hashes: PageHashes) => {
      const sockets = host === undefined ? [] : [`${https ? 'wss' : 'ws'}://${host}`];
      return `${contentSecurityPolicy(hashes, sockets)}; frame-ancestors 'none'`;
    };
    setSecurityHeaders(response, https, host);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    response.setHeader('Content-Security-Policy', policyFor(hashesOf(path) ?? noHashes));
    // Next names these files by their content; everything else must be asked for again after an update.
    const named = path.startsWith('/_next/static/');
    response.setHeader('Cache-Control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
    files(request, response, () => {
      response.setHeader('Content-Security-Policy', policyFor(pages.get('/404.html') ?? noHashes));
      response.setHeader('Cache-Control', 'no-cache');
      response.setHeader('Content-Type', pages.has('/404.html') ? 'text/html;charset=utf-8' : 'text/plain');
      response.writeHead(404).end(request.method === 'HEAD' ? undefined : notFound);
    });
  };
}
