import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tessera-main-'));
writeFileSync(join(folder, 'index.html'), '<html>the page</html>');
afterAll(() => rmSync(folder, { recursive: true }));

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function freePort(): Promise<[number, Server]> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, resolve));
  return [(taken.address() as AddressInfo).port, taken];
}

function start(port: number, settings: Record<string, string> = {}, flags: string[] = []): Promise<string> {
  const env = { ...process.env, PORT: String(port), TESSERA_OUT: folder, ...settings };
  const main = spawn(process.execPath, ['--import', 'tsx', 'signaling/main.ts', ...flags], { env });
  child = main;
  return new Promise((resolve) => {
    let output = '';
    const take = (data: Buffer) => {
      output += data.toString();
      if (/ready|cannot/.test(output)) resolve(output);
    };
    main.stdout.on('data', take);
    main.stderr.on('data', take);
  });
}

const ended = () => new Promise((resolve) => child?.once('exit', (code, signal) => resolve(code ?? signal)));

test('the server says where it is, answers there, and ends cleanly on SIGTERM', async () => {
  const [port, holder] = await freePort();
  await new Promise((resolve) => holder.close(resolve));
  expect(await start(port)).toContain(`Tessera is ready: http://localhost:${port}/`);
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('the page');
  const end = ended();
  child?.kill('SIGTERM');
  expect(await end).toBe(0);
});

test('a port that is taken is said in one sentence', async () => {
  const [port, holder] = await freePort();
  expect(await start(port)).toContain(`port ${port} is taken; set PORT to another one.`);
  await new Promise((resolve) => holder.close(resolve));
});

test('behind a proxy the start says how STUN gets through, unless it is switched off', async () => {
  const [port, holder] = await freePort();
  await new Promise((resolve) => holder.close(resolve));
  expect(await start(port, { TRUST_PROXY: '1' })).toContain(`open UDP port ${port} of this machine`);
  const end = ended();
  child?.kill('SIGTERM');
  await end;
  expect(await start(port, { TRUST_PROXY: '1', STUN: 'off' })).not.toContain('STUN');
});

test('a UDP port that is taken costs STUN, not the pages, and is said', async () => {
  const [port, holder] = await freePort();
  await new Promise((resolve) => holder.close(resolve));
  const udp = createSocket('udp6');
  await new Promise<void>((resolve) => udp.bind(port, '::', resolve));
  const output = await start(port);
  udp.close();
  expect(output).toContain(`STUN is off: UDP port ${port} is taken.`);
  expect(output).toContain('Tessera is ready');
});

test('settings that mean nothing are refused at the start, one sentence for each', async () => {
  const wrong = { STUN_URLS: 'stun.example.org:3478', LOG_LEVEL: 'loud' };
  const said = start(0, wrong, ['--htps']);
  const end = ended();
  expect((await said).trimEnd().split('\n')).toEqual([
    'Tessera cannot start: "--htps" is not known; the only option is --https.',
    'STUN_URLS: "stun.example.org:3478" is not an address such as stun:stun.example.org:3478.',
    'LOG_LEVEL is one of trace, debug, info, warn, error, fatal, silent, not "loud".',
  ]);
  expect(await end).toBe(1);
});
