/** The credentials that the server hands out, at a real coturn that counts allocations (`user-quota`). */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { coturnMissing, startCoturn, type Coturn } from '../../testbed/coturn.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { turnCredential } from './ice-servers.ts';

const SECRET = 'only-for-this-test';
const QUOTA = 4;
const ASKED = 12;

interface Credential {
  username: string;
  credential: string;
}

/** RFC 8656 and RFC 8489, as far as one Allocate needs them. */
const ALLOCATE = 0x0003;
const ALLOCATED = 0x0103;
const COOKIE = 0x2112a442;
const USERNAME = 0x0006;
const INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const REALM = 0x0014;
const NONCE = 0x0015;
const REQUESTED_TRANSPORT = 0x0019;
const UDP = Buffer.of(17, 0, 0, 0);
const QUOTA_REACHED = 486;

const sockets: Socket[] = [];
let coturn: Coturn | undefined;
let server: TestServer | undefined;
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server?.close();
  await coturn?.stop();
});

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + 4 * Math.ceil(value.length / 4));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function message(attributes: readonly Buffer[], key?: Buffer): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(ALLOCATE, 0);
  header.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  header.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(header, 8);
  const plain = Buffer.concat([header, body]);
  if (!key) return plain;
  return Buffer.concat([plain, attribute(INTEGRITY, createHmac('sha1', key).update(plain).digest())]);
}

function attributesOf(answer: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= answer.length;) {
    const length = answer.readUInt16BE(at + 2);
    found.set(answer.readUInt16BE(at), answer.subarray(at + 4, at + 4 + length));
    at += 4 + 4 * Math.ceil(length / 4);
  }
  return found;
}

/** Asks for one relayed address, which is held until the test ends. @returns `ok`, or the error's number */
async function allocate(port: number, { username, credential }: Credential): Promise<'ok' | number> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  const ask = async (bytes: Buffer): Promise<Buffer> => {
    socket.send(bytes, port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer;
  };
  const wanted = attribute(REQUESTED_TRANSPORT, UDP);
  const challenge = attributesOf(await ask(message([wanted])));
  const realm = challenge.get(REALM)!;
  const key = createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest();
  const answer = await ask(
    message(
      [
        wanted,
        attribute(USERNAME, Buffer.from(username)),
        attribute(REALM, realm),
        attribute(NONCE, challenge.get(NONCE)!),
      ],
      key,
    ),
  );
  if (answer.readUInt16BE(0) === ALLOCATED) return 'ok';
  const code = attributesOf(answer).get(ERROR_CODE)!;
  return code[2]! * 100 + code[3]!;
}

test.skipIf(coturnMissing())(
  "one address gets no more of a relay than coturn's quota, however often it asks for credentials; others do [needs coturn]",
  async () => {
    coturn = await startCoturn(SECRET, [`--user-quota=${QUOTA}`]);
    const { port } = coturn;
    let skipped = 0;
    server = await startTestServer({
      ice: { stunUrls: [], turnUrls: [`turn:127.0.0.1:${port}`], turnSecret: SECRET },
      trustedProxies: 1,
      now: () => Date.now() + skipped,
    });
    const credentialFor = async (address: string): Promise<Credential> => {
      const socket = await server!.connect({ 'x-forwarded-for': address });
      const answer = await socket.emitWithAck('open', {});
      if (!('iceServers' in answer)) throw new Error(answer.error);
      const { username = '', credential = '' } = answer.iceServers[0]!;
      return { username, credential };
    };

    const answers: ('ok' | number)[] = [];
    const names = new Set<string>();
    for (let i = 0; i < ASKED; i++) {
      const credential = await credentialFor('192.0.2.7');
      names.add(credential.username);
      answers.push(await allocate(port, credential));
      // Each credential has another time in its name.
      skipped += 2000;
    }
    expect(names.size).toBe(ASKED);
    expect(answers).toEqual([
      ...Array<string>(QUOTA).fill('ok'),
      ...Array<number>(ASKED - QUOTA).fill(QUOTA_REACHED),
    ]);
    expect(await allocate(port, await credentialFor('192.0.2.8'))).toBe('ok');

    // What the quota is worth where each credential has a user of its own.
    const expires = Math.floor(Date.now() / 1000) + 600;
    for (let i = 0; i <= QUOTA; i++)
      expect(await allocate(port, turnCredential(SECRET, expires, `user${i}`))).toBe('ok');
  },
);
