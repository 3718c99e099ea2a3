/** What is on the internet between the homes: Tessera's server, and coturn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptCertificate } from '../../signaling/tls/certificate.ts';
import { PAGES_PORT, SERVER_ADDRESS } from './homes.ts';
import type { Namespaces } from './namespaces.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 20_000;
const SECRET = 'only-for-this-test';
const TURN_PORT = 3478;

/** By which ways coturn is offered. `away`: offered, but it does not run. */
export type Turn = 'none' | 'udp' | 'tcp' | 'tls-443' | 'away';

const TURN_URLS: Record<Exclude<Turn, 'none'>, (address: string) => string> = {
  udp: (address) => `turn:${address}:${TURN_PORT}?transport=udp`,
  tcp: (address) => `turn:${address}:${TURN_PORT}?transport=tcp`,
  'tls-443': (address) => `turns:${address}:443?transport=tcp`,
  away: (address) => `turn:${address}:${TURN_PORT}?transport=udp`,
};

export async function startServer(
  namespaces: Namespaces,
  settings: { stun: boolean; turn: Turn },
): Promise<void> {
  const env: Record<string, string> = { PORT: String(PAGES_PORT), STUN: settings.stun ? 'on' : 'off' };
  if (settings.turn !== 'none') {
    const url = TURN_URLS[settings.turn];
    env.TURN_URLS = [SERVER_ADDRESS.ipv4, `[${SERVER_ADDRESS.ipv6}]`].map(url).join(',');
    env.TURN_SECRET = SECRET;
  }
  const main = [join(ROOT, 'signaling/main.ts')];
  await started(namespaces, process.execPath, ['--import', 'tsx', ...main], /Tessera is ready/, env);
  if (settings.turn !== 'none' && settings.turn !== 'away') await startCoturn(namespaces);
}

async function startCoturn(namespaces: Namespaces): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-turn-'));
  const certificate = await keptCertificate(folder, [SERVER_ADDRESS.ipv4], Date.now());
  writeFileSync(join(folder, 'cert.pem'), certificate.cert);
  writeFileSync(join(folder, 'key.pem'), certificate.key);
  const flags = `-n --no-cli --no-dtls --fingerprint --log-file stdout --simple-log
    --listening-ip ${SERVER_ADDRESS.ipv4} --listening-ip ${SERVER_ADDRESS.ipv6}
    --relay-ip ${SERVER_ADDRESS.ipv4} --relay-ip ${SERVER_ADDRESS.ipv6}
    --listening-port ${TURN_PORT} --tls-listening-port 443
    --cert ${join(folder, 'cert.pem')} --pkey ${join(folder, 'key.pem')}
    --use-auth-secret --static-auth-secret ${SECRET} --realm tessera.test
    --pidfile ${join(folder, 'pid')} --userdb ${join(folder, 'db')}`.split(/\s+/);
  const child = await started(namespaces, 'turnserver', flags, /IO method \(admin thread\)/);
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function started(
  namespaces: Namespaces,
  command: string,
  args: string[],
  ready: RegExp,
  env: Record<string, string> = {},
) {
  const child = namespaces.spawn('net', command, args, env);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`${command} did not start:\n${output}`));
    const timer = setTimeout(fail, START_MS);
    child.once('exit', fail);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output = (output + String(text)).slice(-100_000);
        if (!ready.test(output)) return;
        clearTimeout(timer);
        child.off('exit', fail);
        resolve();
      });
    }
  });
  return child;
}
