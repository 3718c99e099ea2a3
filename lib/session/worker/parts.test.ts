/** What the receiver's engine makes of parts: pictures that ended before they were whole. */
import { expect, test } from 'vitest';
import { CONTROL_LANE } from '../../protocol/endpoint.ts';
import { CancelReason, encodeControl } from '../../protocol/wire/control-message.ts';
import { splitMessage } from '../../protocol/wire/lane-packet.ts';
import { encodeFinished } from '../../storage/finished-record.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import { BatchWriter } from '../bridge/packet-batch.ts';
import { EnginePair, PATIENCE } from './engine-pair.fixture.ts';

const bytesOf = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);

const BYTES = bytesOf(3_000_000);

/** Two engines, and how many DATA packets arrive from now on; what is behind those is lost. */
class Pair extends EnginePair {
  left = Infinity;

  constructor(store = new MemoryStore()) {
    super({
      store,
      fate: (message) => {
        this.left -= splitMessage(message).length;
        return this.left > 0 ? 'delivered' : 'lost';
      },
    });
  }

  /** What is offered under this id is accepted; `half`: a third of it arrives, and no more. */
  async receive(id: string, until: 'half' | 'whole'): Promise<void> {
    await this.receiving.until(id, 'offered');
    this.left = until === 'half' ? 1000 : Infinity;
    this.receiver.handle({ type: 'accept', id });
    if (until === 'whole') return this.receiving.until(id, 'done');
    // All that may arrive has left; on a busy machine half a megabyte is shown long before that.
    await expect.poll(() => this.left, PATIENCE).toBeLessThanOrEqual(0);
    const here = () => this.receiving.pictures.get(id)?.figures?.bytesReceived ?? 0;
    await expect.poll(here, PATIENCE).toBeGreaterThan(500_000);
  }
}

const crossed = (pair: EnginePair): number =>
  [...pair.chunks.values()].reduce((sum, { size }) => sum + size, 0);

/** Bytes of both: what is stored. */
const used = async (store: MemoryStore): Promise<number> => store.limit - (await store.space());

test('[P-70] a part beside a whole picture of the same bytes goes on, and no copies pile up', async () => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'whole');
  pair.send('b', new Blob([BYTES]));
  await pair.receive('0.2', 'half');
  for (const id of ['0.3', '0.4']) {
    pair.lose();
    pair.chunks.clear();
    pair.link();
    await pair.receive(id, id === '0.3' ? 'half' : 'whole');
  }
  expect((await store.list()).length).toBe(2);
  // Two thirds were here of it before the last time.
  expect(crossed(pair)).toBeLessThan(0.6 * (BYTES.length / 1024));
});

test('[P-25, P-70] without a disk one file that is sent twice at a time arrives twice, and takes no room for ever', async () => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  for (const id of ['a', 'b']) pair.send(id, new Blob([BYTES]));
  await pair.receiving.until('0.2', 'offered');
  for (const id of ['0.1', '0.2']) pair.receiver.handle({ type: 'accept', id });
  await pair.receiving.until('0.1', 'receiving');
  pair.receiver.handle({ type: 'cancel', id: '0.1' });
  await pair.receiving.until('0.2', 'done');
  expect(Buffer.from(await pair.receiving.of('file')[0]!.blob.arrayBuffer()).equals(BYTES)).toBe(true);
  expect(await used(store)).toBe(BYTES.length);
  pair.receiver.handle({ type: 'throw-away', id: '0.2', readFor: 0 });
  await expect.poll(() => used(store), PATIENCE).toBe(0);
});

test.each([
  ['its network', CancelReason.silence, true],
  ['its drive', CancelReason.unreadable, true],
  ['its person', CancelReason.person, false],
  ['another file', CancelReason.changed, false],
] as const)('[P-55] a sender that ends a picture for %s: is its part kept?', async (_, reason, kept) => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'half');
  const writer = new BatchWriter();
  const cancel = encodeControl({ type: 'cancel', transfer: 1, reason });
  writer.add(CONTROL_LANE, cancel, pair.receiving.host.now());
  pair.receiver.handle({ type: 'packets', batch: writer.take() });
  await expect.poll(() => pair.receiving.pictures.get('0.1')?.state, PATIENCE).toMatch(/failed|cancelled/);
  if (kept) expect(pair.receiving.pictures.get('0.1')?.part?.hereBytes).toBeGreaterThan(500_000);
  else await expect.poll(() => used(store), PATIENCE).toBe(0);
  expect((await store.list()).length).toBe(kept ? 1 : 0);
});

test('[P-55, P-70] a picture that waits for its sender ends when that calls it off, and its room is given back', async () => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'half');
  const sha256 = pair.sending.pictures.get('a')!.sha256!;
  pair.newSender();
  await pair.receiving.until('0.1', 'paused');
  await expect.poll(() => pair.sending.of('peer').length, PATIENCE).toBeGreaterThan(0);
  expect(await used(store)).toBeGreaterThan(500_000);
  pair.sender.handle({ type: 'call-off', name: 'a', expected: { sha256, byteLength: BYTES.length } });
  await pair.receiving.until('1.1', 'cancelled');
  await expect.poll(() => used(store), PATIENCE).toBe(0);
});

test('what a download still reads is handed to the page, which removes it later, also when it goes', async () => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'half');
  pair.lose();
  await pair.receiving.until('0.1', 'failed');
  pair.receiver.handle({ type: 'throw-away', id: '0.1', readFor: 60_000 });
  await expect.poll(() => pair.receiving.of('released').length, PATIENCE).toBe(1);
  const { stored, readFor } = pair.receiving.of('released')[0]!;
  expect([(await store.list()).map(({ id }) => id), readFor]).toEqual([[stored], 60_000]);
});

test.each(['half', 'whole'] as const)(
  'of a picture that is here %s, what was thrown away gives its room back once no download reads it',
  async (how) => {
    const store = new MemoryStore();
    const pair = new Pair(store);
    pair.send('a', new Blob([BYTES]));
    await pair.receive('0.1', how);
    if (how === 'half') {
      pair.lose();
      await pair.receiving.until('0.1', 'failed');
    }
    expect(await used(store)).toBeGreaterThan(0);
    pair.receiver.handle({ type: 'throw-away', id: '0.1', readFor: 100 });
    await expect.poll(() => used(store), PATIENCE).toBe(0);
  },
);

test('a part that another tab has made whole since is not thrown away with the part', async () => {
  const store = new MemoryStore();
  const pair = new Pair(store);
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'half');
  pair.lose();
  await expect.poll(() => pair.receiving.pictures.get('0.1')?.part, PATIENCE).toBeDefined();
  const { id } = (await store.list())[0]!;
  const other = await store.open(id);
  const facts = { name: 'a', type: 'image/png', byteLength: BYTES.length, modified: 0, tab: '' };
  other?.saveState(encodeFinished({ ...facts, sha256: 'ab'.repeat(32) }));
  other?.close();
  pair.receiver.handle({ type: 'throw-away', id: '0.1', readFor: 0 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await store.list()).map((one) => one.id)).toEqual([id]);
});

test('an offer that was too large is not once another picture has ended, or the page has made room', async () => {
  const store = new MemoryStore(4_000_000);
  const pair = new Pair(store);
  const other = await store.create('other', 500_000);
  other.write(0, new Uint8Array(500_000));
  pair.send('a', new Blob([BYTES]));
  await pair.receive('0.1', 'half');
  pair.send('b', new Blob([bytesOf(1_500_000)]));
  const space = () => pair.receiving.pictures.get('0.2')?.space;
  await expect.poll(space, PATIENCE).toBeLessThan(1_500_000);
  pair.receiver.handle({ type: 'cancel', id: '0.1' });
  await expect.poll(space, PATIENCE).toBe(Infinity);
  pair.send('c', new Blob([bytesOf(3_900_000)]));
  const late = () => pair.receiving.pictures.get('0.3')?.space;
  await expect.poll(late, PATIENCE).toBeLessThan(3_900_000);
  await store.remove('other');
  pair.receiver.handle({ type: 'measure-room' });
  await expect.poll(late, PATIENCE).toBe(Infinity);
});

test('[P-124] a picture that the person had paused before the page was loaded anew is offered at rest', async () => {
  const pair = new Pair();
  pair.send('a', new Blob([BYTES]), { rests: true });
  await pair.receiving.until('0.1', 'offered');
  pair.receiver.handle({ type: 'accept', id: '0.1' });
  await pair.sending.until('a', 'paused');
  await pair.receiving.until('0.1', 'paused');
  expect(pair.sending.pictures.get('a')?.paused).toBe('here');
  expect(pair.receiving.pictures.get('0.1')?.paused).toBe('there');
  pair.sender.handle({ type: 'pause', id: 'a', paused: false });
  await pair.receiving.until('0.1', 'done');
});
