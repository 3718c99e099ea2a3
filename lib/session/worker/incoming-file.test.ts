import { expect, test } from 'vitest';
import { MemoryStore } from '../../storage/memory-store.ts';
import { toHex } from '../../checksum/hex.ts';
import { startDigest } from './digest.ts';
import { IncomingFile, type KeptPart } from './incoming-file.ts';
import { StoredPicture } from './stored-picture.ts';

const SENDER = 'a1';
const BYTES = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 255);
const BLOCKS = [
  { block: 0, at: 0, bytes: BYTES.subarray(0, 49 * 1024) },
  { block: 1, at: 49 * 1024, bytes: BYTES.subarray(49 * 1024) },
];

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  const digest = await startDigest();
  digest.update(bytes);
  return digest.finish();
}

const factsOf = (digest: Uint8Array) => ({
  name: 'a.jpg',
  type: 'image/jpeg',
  byteLength: BYTES.length,
  modified: 5,
  sha256: toHex(digest),
  tab: 't',
});

/** A file that is made once `make` is called. */
async function opening(store = new MemoryStore()) {
  const errors: unknown[] = [];
  const digest = await digestOf(BYTES);
  let make: () => void = () => undefined;
  const made = new Promise<void>((resolve) => {
    make = resolve;
  }).then(() => StoredPicture.open(store, SENDER, factsOf(digest)));
  const file = new IncomingFile(
    made,
    () => 0,
    (error) => errors.push(error),
  );
  return { store, digest, file, make, errors };
}

const leftover = async (store: MemoryStore, digest: Uint8Array) =>
  (await StoredPicture.open(store, SENDER, factsOf(digest))).have;

test('blocks that arrive before the file is made are in it, and are copied until then', async () => {
  const { digest, file, make, errors } = await opening();
  const passing = BLOCKS[0]!.bytes.slice();
  file.write({ ...BLOCKS[0]!, bytes: passing });
  passing.fill(0);
  expect(file.stored).toBeUndefined();
  make();
  await file.made;
  file.write(BLOCKS[1]!);
  const verified = await file.verify(digest);
  expect(new Uint8Array(await (verified as Blob).arrayBuffer())).toEqual(BYTES);
  expect(errors).toEqual([]);
});

test('other bytes than the announced ones are said to be that, and are no error of ours', async () => {
  const { file, make, errors } = await opening();
  make();
  for (const block of BLOCKS) file.write(block);
  expect(await file.verify(new Uint8Array(32))).toBe('other-bytes');
  expect(errors).toEqual([]);
});

test('what waits for the file is bounded', async () => {
  const { file, errors } = await opening();
  for (let i = 0; i < 256; i++) file.write({ ...BLOCKS[0]!, bytes: new Uint8Array(1) });
  expect(errors).toHaveLength(0);
  file.write(BLOCKS[1]!);
  expect(errors).toHaveLength(1);
});

test('kept, the whole blocks are there for another session; thrown away, nothing is', async () => {
  for (const end of ['keep', 'discard'] as const) {
    const { store, digest, file, make } = await opening();
    make();
    await file.made;
    file.write(BLOCKS[0]!);
    file[end]();
    // The first end counts.
    file[end === 'keep' ? 'discard' : 'keep']();
    await expect.poll(() => leftover(store, digest)).toEqual(end === 'keep' ? [{ first: 0, count: 1 }] : []);
  }
});

test('given up before it is made, it leaves what an earlier session left, and nothing of its own', async () => {
  const store = new MemoryStore();
  const first = await opening(store);
  first.make();
  await first.file.made;
  first.file.write(BLOCKS[0]!);
  first.file.keep();
  const second = await opening(store);
  second.file.write(BLOCKS[1]!);
  second.file.keep();
  second.make();
  await second.file.made;
  expect(second.file.stored).toBeUndefined();
  expect(await second.file.verify(second.digest)).toBeUndefined();
  expect(await leftover(store, second.digest)).toEqual([{ first: 0, count: 1 }]);
});

test('[P-70] what is kept is said: how much is here, and how much of it has no gap', async () => {
  for (const [block, hereBytes, prefixBytes] of [
    [0, 49 * 1024, 49 * 1024],
    [1, BYTES.length - 49 * 1024, 0],
  ] as const) {
    const { store, file, make } = await opening();
    make();
    await file.made;
    file.write(BLOCKS[block]!);
    const parts: KeptPart[] = [];
    file.keep((part) => parts.push(part));
    const { stored } = parts[0]!;
    expect(parts).toEqual([{ hereBytes, prefixBytes, stored }]);
    const beginning = await store.beginning(stored, prefixBytes);
    expect(new Uint8Array(await beginning!.arrayBuffer())).toEqual(BYTES.subarray(0, prefixBytes));
  }
});

test('where nothing has arrived nothing is kept, and the store has no entry of it', async () => {
  const { store, file, make } = await opening();
  make();
  await file.made;
  file.keep(() => expect.fail('nothing is here'));
  await expect.poll(() => store.list()).toEqual([]);
});
