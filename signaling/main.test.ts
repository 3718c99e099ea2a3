import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { readConfig } from './config.ts';

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

function start(port: number): Promise<string> {
  const env = { ...process.env, PORT: String(port), TESSERA_OUT: folder };
  const main = spawn(process.execPath, ['--import', 'tsx', 'signaling/main.ts'], { env });
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

test('settings that cannot be understood are refused, not guessed at', () => {
  expect(readConfig({}, [])).toEqual({
    port: 3000,
    host: undefined,
    https: false,
    allowedOrigins: [],
    trustedProxies: 0,
    ice: { stunUrls: [], turnUrls: [] },
  });
  expect(readConfig({ ALLOWED_ORIGINS: 'https://a.example/, https://b.example' }, ['--https'])).toMatchObject(
    {
      https: true,
      allowedOrigins: ['https://a.example', 'https://b.example'],
    },
  );
  expect(() => readConfig({ PORT: 'x' }, [])).toThrow('PORT');
  expect(() => readConfig({ TRUST_PROXY: 'true' }, [])).toThrow('TRUST_PROXY');
  expect(() => readConfig({ ALLOWED_ORIGINS: 'a.example' }, [])).toThrow('ALLOWED_ORIGINS');
  expect(() => readConfig({ TURN_URLS: 'turn:t.example' }, [])).toThrow('TURN_SECRET');
});
