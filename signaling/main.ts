/**
 * `node --import tsx signaling/main.ts [--https] [--dev]`: the server that `npm start` and `npm run dev` run.
 */
import { fileURLToPath } from 'node:url';
import { encodeQR } from 'qr';
import { keptCertificate } from './tls/certificate.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { lanAddresses } from './tls/lan.ts';
import { createLog } from './log.ts';
import { readBuiltFor } from './pages/built-for.ts';
import { servePages } from './pages/pages.ts';
import { createMetrics } from './operations/metrics.ts';
import { serveMetrics } from './operations/metrics-server.ts';
import {
  MAX_ADDRESS_CONNECTIONS,
  ADDRESS_LIMITS,
  MAX_ADDRESS_SOCKETS,
  DRAIN_MS,
  MAX_ROOMS,
  MAX_SOCKETS,
  PAIR_LIFETIME_MS,
  ROOM_LIFETIME_MS,
} from './wire/limits.ts';
import { createTesseraServer, type ServerOptions } from './server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// A terminal that went away or a full disk ends nothing but the output.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

const config = settings();
const log = createLog(config.logLevel);
const lan = lanAddresses();
const pages = config.development
  ? await (await import('./pages/development.ts')).developmentPages(root, config.port)
  : { pages: exportedPages(config.pagesFolder ?? `${root}out`) };
const metrics = config.metrics && createMetrics();
const { metrics: metricsAt, redisUrl, ...settled } = config;
const options: ServerOptions = { ...settled, ...pages, log, ...(metrics && { metrics }) };
if (redisUrl !== undefined)
  options.shared = await (await import('./redis/shared.ts')).connectShared(redisUrl, log);
if (config.https) {
  options.certificate = await keptCertificate(`${root}.certs`, lan, Date.now()).catch(
    (error: NodeJS.ErrnoException) =>
      refuse(`the certificate cannot be kept in ${root}.certs (${error.code ?? error.message}).`),
  );
}

const server = createTesseraServer(options);
const port = await server.listen(config.port, config.host).catch((error: NodeJS.ErrnoException) => {
  const reason =
    error.code === 'EADDRINUSE' ? `port ${config.port} is taken; set PORT to another one` : error.message;
  return refuse(`${reason}.`);
});
if (metrics && metricsAt) {
  await serveMetrics(metrics, metricsAt).catch((error: NodeJS.ErrnoException) =>
    refuse(`METRICS_LISTEN: port ${metricsAt.port} cannot be listened on (${error.code}).`),
  );
}
greet(config, port);
log.info('limits', {
  rooms: MAX_ROOMS,
  sockets: MAX_SOCKETS,
  connections: server.maxConnections,
  socketsOfOneAddress: MAX_ADDRESS_SOCKETS,
  connectionsOfOneAddress: config.trustedProxies > 0 ? 0 : MAX_ADDRESS_CONNECTIONS,
  roomSeconds: ROOM_LIFETIME_MS / 1000,
  pairSeconds: PAIR_LIFETIME_MS / 1000,
  failedJoinsOfOneAddress: ADDRESS_LIMITS.failedJoin.points,
  drainSeconds: DRAIN_MS / 1000,
});

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second signal means now.
    if (closing) process.exit(1);
    closing = true;
    void end(signal === 'SIGTERM').then(() => process.exit(0));
  });
}

/** A person who presses Ctrl+C does not wait. */
async function end(drain: boolean): Promise<void> {
  if (drain) {
    log.info('draining');
    await server.drain();
  }
  log.info('closing');
  await server.close();
}

function settings(): Config {
  try {
    return readConfig(process.env, process.argv.slice(2));
  } catch (error) {
    if (error instanceof ConfigError) return refuse(error.message);
    throw error;
  }
}

function exportedPages(folder: string): ServerOptions['pages'] {
  const built = readBuiltFor(folder)?.basePath;
  if (built !== undefined && built !== config.basePath)
    refuse(
      `the pages in ${folder} were built for BASE_PATH="${built}", not "${config.basePath}"; npm run build makes others.`,
    );
  try {
    return servePages(folder, config.trustedProxies, config.operator);
  } catch (error) {
    return refuse(
      `the pages in ${folder} cannot be read (${(error as Error).message}); npm run build makes them.`,
    );
  }
}

function refuse(why: string): never {
  process.stderr.write(`Tessera cannot start: ${why}\n`);
  process.exit(1);
}

/** One line that says where to go, and for a phone the addresses of this machine with a picture to scan. */
function greet(config: Config, port: number): void {
  const { https, host } = config;
  const protocol = https ? 'https' : 'http';
  const path = `${config.basePath}/`;
  const everywhere = host === undefined || host === '::' || host === '0.0.0.0';
  const lines: string[] = [];
  if (everywhere && lan[0] !== undefined) {
    const addresses = lan.map((address) => `${protocol}://${address}:${port}${path}`);
    lines.push(`On this network: ${addresses.join('  ')}`, encodeQR(`${addresses[0]}`, 'ascii'));
    if (https) lines.push('The certificate is self-made: the browser asks once whether to go on.');
  }
  lines.push(...aboutStun(config, port));
  lines.push(`Tessera is ready: ${protocol}://${everywhere ? 'localhost' : host}:${port}${path}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function aboutStun({ stun, trustedProxies }: Config, port: number): string[] {
  if (!stun) return [];
  if (server.stunPort() === undefined) {
    return [`STUN is off: UDP port ${port} is taken. Without it browsers of two networks may not connect.`];
  }
  if (trustedProxies === 0) return [];
  return [
    `STUN answers on UDP port ${port}, which a proxy for HTTP does not forward. So that browsers of two networks connect,`,
    `open UDP port ${port} of this machine in its firewall, under the same name as the pages; or set STUN_URLS, or STUN=off.`,
  ];
}
