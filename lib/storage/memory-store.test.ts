import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { StorageError } from './byte-store.ts';
import { MemoryStore } from './memory-store.ts';

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof StorageError ? error.code : String(error);
  }
};

test('writes in any order read back as a plain array would', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 700_000 }),
      fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 300 })), { maxLength: 30 }),
      async (length, writes) => {
        const stored = await new MemoryStore().create('a', length);
        const expected = new Uint8Array(length);
        for (const [where, bytes] of writes) {
          const at = length === 0 ? 0 : where % length;
          const part = bytes.subarray(0, length - at);
          stored.write(at, part);
          expected.set(part, at);
        }
        expect(Buffer.from(stored.read(0, length)).equals(expected)).toBe(true);
        expect(Buffer.from(await (await stored.file()).arrayBuffer()).equals(expected)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('a write across pages is whole', async () => {
  const stored = await new MemoryStore().create('a', 1_000_000);
  const bytes = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251);
  stored.write(200_000, bytes);
  expect(Buffer.from(stored.read(200_000, 600_000)).equals(bytes)).toBe(true);
  expect(stored.read(199_999, 1)[0]).toBe(0);
});

test('[P-25, P-99] a claimed length costs nothing, what is written counts, and removing gives it back', async () => {
  const store = new MemoryStore(1_000_000);
  const first = await store.create('a', 1_000_000);
  const second = await store.create('b', 1_000_000);
  first.write(0, new Uint8Array(700_000));
  expect(code(() => second.write(0, new Uint8Array(700_000)))).toBe('too-large');
  await store.remove('a');
  second.write(0, new Uint8Array(700_000));
  await expect(store.create('c', 1_000_001)).rejects.toMatchObject({ code: 'too-large' });
});

test('what is open is not opened or made once more, as on the disk, and is once it is closed', async () => {
  const store = new MemoryStore();
  const first = await store.create('a', 10);
  await expect(store.open('a')).rejects.toMatchObject({ code: 'busy' });
  await expect(store.create('a', 20)).rejects.toMatchObject({ code: 'busy' });
  first.close();
  const again = await store.open('a');
  expect(again?.length).toBe(10);
  await expect(store.create('a', 20)).rejects.toMatchObject({ code: 'busy' });
  // Closed once more, the first one frees nothing.
  first.close();
  await expect(store.open('a')).rejects.toMatchObject({ code: 'busy' });
});

test('nothing is read or written outside the length', async () => {
  const stored = await new MemoryStore().create('a', 10);
  expect(code(() => stored.write(8, new Uint8Array(3)))).toBe('out-of-range');
  expect(code(() => stored.write(-1, new Uint8Array(1)))).toBe('out-of-range');
  expect(code(() => stored.write(Number.NaN, new Uint8Array(1)))).toBe('out-of-range');
  expect(code(() => stored.read(10, 1))).toBe('out-of-range');
});

test('[P-70] an entry opens again with its state, and a closed one refuses', async () => {
  const store = new MemoryStore();
  const stored = await store.create('a', 4);
  stored.write(0, Uint8Array.of(1, 2, 3, 4));
  stored.saveState(Uint8Array.of(9));
  stored.close();
  expect(code(() => stored.read(0, 1))).toBe('failed');
  const again = await store.open('a');
  expect(again?.loadState()).toEqual(Uint8Array.of(9));
  expect(again?.read(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  expect(await store.list()).toMatchObject([{ id: 'a', length: 4 }]);
  expect(await store.open('b')).toBeUndefined();
});

test.each(['', '../a', 'a/b', 'photo.jpg', 'x'.repeat(65)])('%j is no id', async (id) => {
  await expect(new MemoryStore().create(id, 1)).rejects.toMatchObject({ code: 'failed' });
});
