/** The sample for coturn, with the real program: whom it relays to, and for whom. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { turnCredential } from '../../signaling/socket/ice-servers.ts';
import { freePort } from '../free-port.ts';
import { hasProgram } from '../program.ts';

const SECRET = 'only-for-this-test';
const missing = ['turnserver', 'turnutils_uclient'].some((name) => !hasProgram(name, '-h'));
const folder = mkdtempSync(join(tmpdir(), 'tessera-turn-'));
let port = 0;
let stop: () => void = () => {};

beforeAll(async () => {
  if (missing) return;
  port = await freePort();
  const added = `--listening-port ${port} --listening-ip 127.0.0.1 --relay-ip 127.0.0.1 --external-ip 192.0.2.1
    --realm pictures.example.org --static-auth-secret ${SECRET} --log-file stdout --simple-log
    --pidfile ${join(folder, 'pid')} --userdb ${join(folder, 'db')}`;
  const child = spawn('turnserver', ['-c', 'hosting/turnserver.conf', ...added.split(/\s+/)]);
  stop = () => child.kill('SIGKILL');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  // The hook's own limit ends a wait in vain.
  while (!/Relay ports initialization done/.test(output))
    await new Promise((resolve) => setTimeout(resolve, 50));
  // An option that it does not know is one that protects nobody.
  expect(output).not.toMatch(/unknown|bad configuration|unrecognized/i);
});
afterAll(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What coturn's own client says when it asks for a way to this peer, until it ends or is let through. */
async function askFor(
  peer: string,
  { username, credential } = turnCredential(SECRET, inTenMinutes(), peer),
): Promise<string> {
  const args = ['-v', '-n', '1', '-m', '1', '-e', peer, '-r', '5000', '-p', String(port)];
  const client = spawn('turnutils_uclient', [...args, '-u', username, '-w', credential, '127.0.0.1']);
  let said = '';
  for (const stream of [client.stdout, client.stderr])
    stream.on('data', (data: Buffer) => {
      said += data.toString();
      // It waits for an echo that nobody sends.
      if (said.includes(LET_THROUGH)) client.kill('SIGKILL');
    });
  await once(client, 'close');
  return said;
}

// Whole phrases: its client prints random numbers beside them.
const LET_THROUGH = 'start_mclient';
const FORBIDDEN = '403 (Forbidden IP)';
const QUOTA_REACHED = '486 (Allocation Quota Reached)';

const inTenMinutes = () => Math.floor(Date.now() / 1000) + 600;

test.skipIf(missing)(
  'a credential of our server reaches the internet, and nothing behind the relay [needs coturn]',
  async () => {
    const outside = await askFor('8.8.8.8');
    expect(outside).toContain(LET_THROUGH);
    expect(outside).not.toContain(FORBIDDEN);
    for (const peer of ['127.0.0.1', '10.1.2.3', '169.254.169.254'])
      expect(await askFor(peer), peer).toContain(FORBIDDEN);
  },
);

test.skipIf(missing)(
  'a credential that ended, and one of another secret, reach nothing [needs coturn]',
  async () => {
    for (const wrong of [turnCredential(SECRET, 1000, 'x'), turnCredential('other', inTenMinutes(), 'x')])
      expect(await askFor('8.8.8.8', wrong)).toContain('Cannot complete Allocation');
  },
);

test.skipIf(missing)('what one address holds is bounded [needs coturn]', async () => {
  const one = turnCredential(SECRET, inTenMinutes(), 'x');
  expect(await askFor('10.1.2.3', one)).toContain(FORBIDDEN);
  // Each leaves a few allocations behind.
  let said = '';
  for (let asked = 0; asked < 10 && !said.includes(QUOTA_REACHED); asked++)
    said = await askFor('10.1.2.3', one);
  expect(said).toContain(QUOTA_REACHED);
});
