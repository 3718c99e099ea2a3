/** Serves the exported pages, each with the policy that fits its inline scripts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readExport, type ExportedFile } from './exported-files.ts';
import { hostOf, overHttps, setSecurityHeaders } from './headers.ts';
import { chooseEncoding, isKnown } from './negotiate.ts';
import { type Operator, OPERATOR_PATH, operatorFile } from './operator.ts';
import { contentSecurityPolicy, noHashes } from './policy.ts';

/** Answers one HTTP request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Ranges are not served: the header may be ignored (RFC 9110, 14.2), and no page asks for a part of a file.
 *
 * @param folder the static export; read once, so start again after a build
 * @throws when the folder does not exist
 */
export function servePages(folder: string, trustedProxies: number, operator: Operator): Handler {
  const files = readExport(folder).set(OPERATOR_PATH, operatorFile(operator));
  const lost: ExportedFile = files.get('/404.html') ?? {
    type: 'text/plain',
    hash: '404',
    bytes: Buffer.from('Not found\n'),
    compressed: {},
    policy: undefined,
  };
  const find = (path: string): ExportedFile | undefined =>
    path.endsWith('/')
      ? files.get(`${path}index.html`)
      : (files.get(path) ?? files.get(`${path}.html`) ?? files.get(`${path}/index.html`));

  return (request, response) => {
    const https = overHttps(request, trustedProxies);
    // One of ours: any other was refused before.
    const host = hostOf(request, trustedProxies);
    setSecurityHeaders(response, https, host);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // A body is not read.
      response.writeHead(405, { Allow: 'GET, HEAD', Connection: 'close' }).end();
      return;
    }
    const path = decodePath(request.url);
    const found = path === undefined ? undefined : find(path);
    const file = found ?? lost;
    const sockets = host === undefined ? [] : [`${https ? 'wss' : 'ws'}://${host}`];
    const policy = contentSecurityPolicy(file.policy ?? noHashes, sockets);
    response.setHeader('Content-Security-Policy', `${policy}; frame-ancestors 'none'`);
    // Next names these files by their content; everything else must be asked for again after an update.
    const named = found !== undefined && path?.startsWith('/_next/static/') === true;
    response.setHeader('Cache-Control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('Accept-Ranges', 'none');
    send(request, response, file, found === undefined ? 404 : 200);
  };
}

function send(request: IncomingMessage, response: ServerResponse, file: ExportedFile, status: number): void {
  const { headers } = request;
  const encoding = chooseEncoding(headers['accept-encoding'], file.compressed);
  const bytes = (encoding && file.compressed[encoding]) ?? file.bytes;
  const etag = `"${file.hash}${encoding === undefined ? '' : `-${encoding}`}"`;
  if (Object.keys(file.compressed).length > 0) response.setHeader('Vary', 'Accept-Encoding');
  if (status === 200) {
    response.setHeader('ETag', etag);
    if (isKnown(etag, headers['if-none-match'])) {
      response.writeHead(304).end();
      return;
    }
  }
  if (encoding !== undefined) response.setHeader('Content-Encoding', encoding);
  response.writeHead(status, { 'Content-Type': file.type, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** The path without its query; `undefined` when its escapes are no text. */
function decodePath(url = '/'): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '/');
  } catch {
    return undefined;
  }
}
