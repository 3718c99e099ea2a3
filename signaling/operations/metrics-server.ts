/** `/metrics` on a port of its own: it is for whoever runs the server, and never on the pages' port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReadableMetrics } from './metrics.ts';

/** Where the figures can be read, apart from the pages. */
export interface Listen {
  host: string;
  port: number;
}

export interface MetricsServer {
  port: number;
  close(): void;
}

/** Resolves when it listens; rejects when the port is taken. */
export function serveMetrics(metrics: ReadableMetrics, { host, port }: Listen): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404, { Connection: 'close' }).end();
      return;
    }
    metrics.read().then(
      ({ type, text }) => response.setHeader('Content-Type', type).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const bound = server.address() as AddressInfo;
      resolve({
        port: bound.port,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
