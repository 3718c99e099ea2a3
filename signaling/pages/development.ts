/** The development server's pages: Next.js with live reload, on the same port and origin as the signaling. */
import next from 'next';
import type { ServerOptions } from '../server.ts';

/** @param root folder of the project */
export async function developmentPages(
  root: string,
  port: number,
): Promise<Pick<ServerOptions, 'pages' | 'upgrade'>> {
  const app = next({ dev: true, dir: root, hostname: 'localhost', port });
  await app.prepare();
  const pages = app.getRequestHandler();
  const upgrade = app.getUpgradeHandler();
  return {
    pages: (request, response) => {
      pages(request, response).catch(() => response.destroy());
    },
    upgrade: (request, socket, head) => {
      upgrade(request, socket, head).catch(() => socket.destroy());
    },
  };
}
