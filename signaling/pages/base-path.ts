/** Pages below a path: it is taken off before anything else looks at a request. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/**
 * What follows the path is what it would be at the root, so nothing behind this knows of it. A proxy in front
 * may have taken the path off already; both work.
 *
 * @param basePath such as `/tessera`; empty: nothing is done
 */
export function serveBelow(server: Server, basePath: string): void {
  if (basePath === '') return;
  const strip = (request: IncomingMessage): void => {
    const { url = '' } = request;
    if (url.startsWith(`${basePath}/`)) request.url = url.slice(basePath.length);
  };
  server.prependListener('request', strip);
  server.prependListener('upgrade', strip);
}

/** `/tessera` is `/tessera/`: only below that does the service worker reach. `true`: it was answered. */
export function redirected(basePath: string, request: IncomingMessage, response: ServerResponse): boolean {
  const [path, query] = (request.url ?? '').split('?');
  if (basePath === '' || path !== basePath) return false;
  response.writeHead(308, { Location: `${basePath}/${query === undefined ? '' : `?${query}`}` }).end();
  return true;
}
