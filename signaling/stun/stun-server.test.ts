import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../test-server.ts';
import { ownStunUrl } from './own-url.ts';
import { startStun, type StunServer } from './stun-server.ts';
import { hasProgram } from '../../testbed/program.ts';

let server: StunServer | undefined;
let pages: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  await pages?.close();
  server = pages = undefined;
});

const BARE_REQUEST = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === '::1'));
const noClient = !hasProgram('turnutils_stunclient');

async function freePort(type: 'udp4' | 'udp6', address: string): Promise<number> {
  const probe = createSocket(type);
  await new Promise<void>((resolve) => probe.bind(0, address, resolve));
  const { port } = probe.address();
  await new Promise<void>((resolve) => probe.close(resolve));
  return port;
}

/**
 * Asks from a socket of its own; the answer and the port that it was asked from, or nothing within `waitMs`.
 */
async function ask(bytes: Uint8Array, port: number, address: string, waitMs = 15_000) {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.send(bytes, port, address);
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(waitMs) })) as [Buffer];
    return { answer, from: socket.address().port };
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

test('a request over IPv4 is answered with the address and port that it came from', async () => {
  const port = await freePort('udp4', '127.0.0.1');
  server = await startStun('127.0.0.1', port);
  const { answer, from } = (await ask(BARE_REQUEST, port, '127.0.0.1'))!;
  expect(answer.length).toBe(32);
  expect(answer.readUInt16BE(26) ^ 0x2112).toBe(from);
  expect((answer.readUInt32BE(28) ^ 0x2112a442) >>> 0).toBe(0x7f000001);
});

test.skipIf(!hasIpv6)(
  'one socket serves both families, and IPv4 is not written as IPv6 [needs IPv6]',
  async () => {
    const port = await freePort('udp6', '::');
    server = await startStun('::', port);
    expect((await ask(BARE_REQUEST, port, '127.0.0.1'))!.answer[25]).toBe(1);
    const { answer, from } = (await ask(BARE_REQUEST, port, '::1'))!;
    expect([answer.length, answer[25]]).toEqual([44, 2]);
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(from);
  },
);

test.skipIf(noClient)("coturn's client understands the answer [needs turnutils_stunclient]", async () => {
  const port = await freePort('udp4', '127.0.0.1');
  server = await startStun('127.0.0.1', port);
  const client = spawn('turnutils_stunclient', ['-p', String(port), '127.0.0.1']);
  let output = '';
  for (const stream of [client.stdout, client.stderr]) stream.on('data', (text) => (output += String(text)));
  await once(client, 'close');
  expect(output).toMatch(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
});

test('noise gets no answer, and the server goes on answering', async () => {
  const port = await freePort('udp4', '127.0.0.1');
  server = await startStun('127.0.0.1', port);
  expect(await ask(Buffer.from('hello'), port, '127.0.0.1', 200)).toBeUndefined();
  expect(await ask(Buffer.alloc(0), port, '127.0.0.1', 200)).toBeUndefined();
  expect(await ask(BARE_REQUEST, port, '127.0.0.1')).toBeDefined();
});

test('a page is named the STUN server of the host that it was loaded from', async () => {
  pages = await startTestServer({ stun: true, allowedHosts: ['pictures.example'] });
  const named = async (host: string) => {
    const socket = await pages!.connect({ host });
    const answer = await socket.emitWithAck('open', {});
    return 'error' in answer ? answer.error : answer.iceServers;
  };
  const { port } = pages;
  expect(await named('pictures.example:8443')).toEqual([{ urls: [`stun:pictures.example:${port}`] }]);
  expect(await named('localhost:3000')).toEqual([]);
  expect(await ask(BARE_REQUEST, port, '127.0.0.1')).toBeDefined();
});

test('other STUN servers take its place, and without it none is named', async () => {
  pages = await startTestServer({
    stun: false,
    allowedHosts: ['pictures.example'],
    ice: { stunUrls: ['stun:s.example'], turnUrls: [] },
  });
  const socket = await pages.connect({ host: 'pictures.example' });
  expect(await socket.emitWithAck('open', {})).toMatchObject({ iceServers: [{ urls: ['stun:s.example'] }] });
  expect(await ask(BARE_REQUEST, pages.port, '127.0.0.1', 200)).toBeUndefined();
});

test('a host name is taken apart as the address bar would, and loopback is not worth asking', () => {
  expect(ownStunUrl('192.168.1.7:3000', 3000)).toBe('stun:192.168.1.7:3000');
  expect(ownStunUrl('[2001:db8::1]:3000', 3000)).toBe('stun:[2001:db8::1]:3000');
  expect(ownStunUrl('pictures.example', 3000)).toBe('stun:pictures.example:3000');
  for (const host of ['localhost:3000', 'a.localhost', '127.0.0.1', '[::1]:3000', '', 'a b', undefined]) {
    expect(ownStunUrl(host, 3000)).toBeUndefined();
  }
});
