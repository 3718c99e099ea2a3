/**
 * Firefox beside Chromium, each in a home of its own behind a router (network namespaces): it offers no
 * address of the loopback, so the link of the other specs is not for it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { SYSTEM_CHROMIUM } from '../testbed/link/browsers.ts';
import { Homes, ORDINARY_HOME, SERVER_ADDRESS, type Side } from '../testbed/networks/homes.ts';
import { namespacesMissing } from '../testbed/networks/namespaces.ts';
import { startServer } from '../testbed/networks/services.ts';
import { visitWithChromium } from '../testbed/visitors/chromium.ts';
import { FIREFOX, visitWithFirefox } from '../testbed/visitors/firefox.ts';
import { noisePng } from '../testbed/visitors/noise-png.ts';
import { Person, until } from '../testbed/visitors/person.ts';
import type { Visitor } from '../testbed/visitors/visitor.ts';
import { LONG } from './support/long.ts';
import { sha256 } from './support/pictures.ts';
import { settled } from './support/settled.ts';

const noFirefox = spawnSync(FIREFOX, ['--version']).error
  ? 'Firefox (firefox-esr) is not installed'
  : undefined;
const missing = namespacesMissing() ?? noFirefox;

type Kind = 'firefox' | 'chromium';

/**
 * Counts what this page hands to unreliable channels, by code that shares nothing with the protocol. So that
 * it can, the channels stay on the page, as in a browser that cannot move them into a worker.
 */
const COUNT = `
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, transfer) {
    if (Array.isArray(transfer) && transfer.some((one) => one instanceof RTCDataChannel))
      throw new DOMException('channels stay here', 'DataCloneError');
    return post.call(this, message, transfer);
  };
  window.counted = { packets: 0 };
  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (message) {
    send.call(this, message);
    const bytes = new Uint8Array(message.buffer ?? message, message.byteOffset ?? 0, message.byteLength);
    // DATA of the original: 0x01, then an odd stream; all but the last packet of a message have 1040 bytes.
    if (this.ordered || bytes[0] !== 1) return;
    for (let at = 0; at + 16 <= bytes.length; at += 1040) if (bytes[at + 3] % 2 === 1) window.counted.packets++;
  };`;

/**
 * A packet whose lane closes on its way from the worker to the page is dropped there, as the network might,
 * and counts as sent and lost. One more sent than handed on was seen once in 2737, at 5 %; that this was why
 * was not traced.
 */
const MAX_DROPPED = 5;

/** Digests of what is in a zip, as JSON. */
const UNZIP = `import hashlib,json,sys,zipfile
z=zipfile.ZipFile(sys.argv[1])
print(json.dumps({i:hashlib.sha256(z.read(i)).hexdigest() for i in z.namelist()}))`;

test.describe('Firefox', () => {
  test.skip(missing !== undefined, missing ?? '');
  test.describe.configure({ timeout: 240_000 });

  const folder = mkdtempSync(join(tmpdir(), 'tessera-pictures-'));
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const picture = (name: string, side: number, seed = side) => {
    const bytes = noisePng(side, seed);
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return { name, file, bytes };
  };

  let homes: Homes;
  const visitors: Visitor[] = [];
  test.afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.close();
    homes?.close();
  });

  async function enter(
    kind: Kind,
    side: Side,
    { counted = false, ...more }: { counted?: boolean; preferences?: Record<string, boolean | string> } = {},
  ): Promise<Person> {
    const visitor =
      kind === 'firefox'
        ? await visitWithFirefox({
            namespaces: homes.namespaces,
            inside: side,
            ...(counted ? { script: COUNT } : {}),
            ...more,
          })
        : await visitWithChromium({
            executablePath: homes.namespaces.wrapper(side, SYSTEM_CHROMIUM),
            ...(counted ? { script: COUNT } : {}),
          });
    visitors.push(visitor);
    return new Person(visitor);
  }

  async function alone(): Promise<void> {
    homes = new Homes({ a: ORDINARY_HOME, b: ORDINARY_HOME });
    await startServer(homes.namespaces, { stun: true, turn: 'none' });
  }

  async function meet(
    sender: Kind,
    receiver: Kind,
    {
      loss,
      counted = false,
      preferences = {},
    }: {
      loss: number;
      counted?: boolean;
      /** Of the receiving side. */
      preferences?: Record<string, boolean | string>;
    },
  ): Promise<{ a: Person; b: Person }> {
    await alone();
    const a = await enter(sender, 'a', { counted });
    const b = await enter(receiver, 'b', { preferences });
    if (loss > 0) homes.lose('a', loss);
    await b.join(homes.origin('b'), await a.openRoom(homes.origin('a')));
    for (const person of [a, b]) await person.reaches('connected');
    return { a, b };
  }

  // Of each pair one is counted; in the other everything is as a person has it.
  const CASES: readonly [sender: Kind, receiver: Kind, loss: number, counted: boolean, always: boolean][] = [
    ['firefox', 'chromium', 0, false, false],
    ['firefox', 'chromium', 0.05, true, true],
    // In an ordinary run the reload below is this pair.
    ['chromium', 'firefox', 0, false, false],
    ['chromium', 'firefox', 0.05, true, false],
    ['firefox', 'firefox', 0, true, false],
    ['firefox', 'firefox', 0.05, false, true],
  ];
  for (const [sender, receiver, loss, counted, always] of CASES) {
    test(`${sender} to ${receiver}, ${100 * loss} % lost: byte for byte, and the figures add up`, async () => {
      test.skip(!always && !LONG, 'part of the long run (TESSERA_LONG=1)');
      const { a, b } = await meet(sender, receiver, { loss, counted });
      const { name, file, bytes } = picture('photo.png', 900);
      await a.pick(file);
      await b.press('accept', name);
      const began = performance.now();
      for (const person of [b, a]) await person.transferReaches(name, 'done');
      console.log(`${bytes.length} bytes in ${((performance.now() - began) / 1000).toFixed(2)} s`);
      expect((await b.saved('download', name, name)).equals(bytes)).toBe(true);
      const [{ figures: sent }, { figures: received }] = await Promise.all([
        settled(() => a.report(name)),
        settled(() => b.report(name)),
      ]);
      expect(received.chunksReceived).toBe(Math.ceil(bytes.length / 1024));
      expect(received.packetsReceived + received.packetsLost).toBe(received.packetsSent);
      expect(received.packetsSent).toBe(sent.packetsSent);
      if (counted) {
        const handed = await a.visitor.evaluate<number>('window.counted.packets');
        expect(sent.packetsSent - handed, 'sent, and not handed to the browser').toBeGreaterThanOrEqual(0);
        expect(sent.packetsSent - handed).toBeLessThanOrEqual(MAX_DROPPED);
      }
      expect(a.visitor.errors).toEqual([]);
      expect(b.visitor.errors).toEqual([]);
    });
  }

  test('the laboratory runs to the end without an error', async () => {
    await alone();
    const { visitor } = await enter('firefox', 'a');
    await visitor.goto(`${homes.origin('a')}/lab/`);
    await until('the end of both sides', () =>
      visitor.evaluate<boolean>(`document.querySelector('[data-testid=lab]')?.dataset.over === 'true'`),
    );
    // Measured on fronts of the file, each of which is decoded.
    await until('when the first picture is seen', () =>
      visitor.evaluate<string>(
        `document.querySelector('[data-testid=lab-row-tessera] td').dataset.millis ?? ''`,
      ),
    );
    expect(visitor.errors).toEqual([]);
  });

  test('with WebRTC switched off both pages say so at once, and a code that is opened there stays good', async () => {
    await alone();
    const preferences = { 'media.peerconnection.enabled': false };
    const [able, off] = await Promise.all([enter('chromium', 'a'), enter('firefox', 'b', { preferences })]);
    const saysSo = async (page: string) => {
      await off.visitor.goto(homes.origin('b') + page);
      await until('the sentence', async () => (await off.problem()) === 'webrtc-missing', 1000);
    };
    await saysSo('/send/');
    expect(await off.visitor.evaluate(`document.querySelector('[data-testid=open-room]')`)).toBeNull();
    const code = await able.openRoom(homes.origin('a'));
    await saysSo('/receive/');
    expect(await off.visitor.evaluate(`document.querySelector('[data-testid=join-room]')`)).toBeNull();
    expect(await able.connection()).toBe('waiting');
    const other = await enter('chromium', 'b');
    await other.join(homes.origin('b'), code);
    for (const person of [able, other]) await person.reaches('connected');
  });

  for (const sender of ['chromium', 'firefox'] as const)
    test(`a Firefox that is reloaded in the middle gets the rest from ${sender}, and an album is streamed to its disk as one zip`, async () => {
      test.skip(sender === 'firefox' && !LONG, 'part of the long run (TESSERA_LONG=1)');
      // As with https: only then has a page a service worker.
      const { a, b } = await meet(sender, 'firefox', {
        loss: 0.02,
        preferences: {
          'dom.securecontext.allowlist': SERVER_ADDRESS.ipv4,
          'dom.serviceWorkers.testing.enabled': true,
        },
      });
      const large = picture('large.png', 2600);
      await a.pick(large.file);
      await b.press('accept', large.name);
      await until('a tenth of the picture', async () => {
        const here = await b.number(large.name, 'chunks-received');
        return here > large.bytes.length / 10_240;
      });
      await b.visitor.reload();
      for (const person of [a, b]) await person.reaches('connected');
      await b.transferReaches(large.name, 'done');
      expect((await b.saved('download', large.name, large.name)).equals(large.bytes)).toBe(true);

      const album = [1, 2, 3].map((seed) => picture(`${seed}.png`, 200, seed));
      await a.pick(...album.map(({ file }) => file));
      for (const { name } of album) await b.press('accept', name);
      for (const { name } of album) await b.transferReaches(name, 'done');
      await until('the service worker', () => b.visitor.evaluate('!!navigator.serviceWorker.controller'));
      const zip = join(folder, 'album.zip');
      writeFileSync(zip, await b.saved('save-zip', '.zip'));
      // No blob of the page: the worker's answer, which the page made piece by piece.
      expect(await b.visitor.evaluate('document.querySelector("iframe")?.src ?? ""')).toMatch(
        /\/save\/[0-9a-f]+$/,
      );
      // Another program unpacks it.
      const { stdout } = spawnSync('python3', ['-c', UNZIP, zip], { encoding: 'utf8' });
      expect(JSON.parse(stdout)).toEqual(
        Object.fromEntries([large, ...album].map(({ name, bytes }) => [name, sha256(bytes)])),
      );
      expect(b.visitor.errors).toEqual([]);
    });
});
