import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StoredBytes } from './byte-store.ts';
import { MemoryStore } from './memory-store.ts';
import { WriteBehind } from './write-behind.ts';

const LENGTH = 1000;

/** A store's bytes, and the writes and reads that reach it. */
async function counted(): Promise<{ inner: StoredBytes; writes: [number, number][]; reads: number[] }> {
  const bytes = await new MemoryStore().create('entry', LENGTH);
  const writes: [number, number][] = [];
  const reads: number[] = [];
  const inner: StoredBytes = {
    ...bytes,
    write(at, part) {
      writes.push([at, part.length]);
      bytes.write(at, part);
    },
    read(at, length) {
      reads.push(at);
      return bytes.read(at, length);
    },
  };
  return { inner, writes, reads };
}

const filled = (length: number, value: number) => new Uint8Array(length).fill(value);

describe('writing behind', () => {
  test('joins neighbours, whatever their order, into one write', async () => {
    const { inner, writes } = await counted();
    const bytes = new WriteBehind(inner, 400);
    for (const at of [100, 0, 300, 200]) bytes.write(at, filled(100, at / 100 + 1));
    expect(writes).toEqual([[0, 400]]);
    bytes.write(500, filled(100, 6));
    bytes.write(700, filled(100, 8));
    bytes.saveState(new Uint8Array(1));
    expect(writes.slice(1)).toEqual([
      [500, 100],
      [700, 100],
    ]);
    expect(new Uint8Array(await (await bytes.file()).arrayBuffer())[250]).toBe(3);
  });

  test('answers from memory what was written lately, and from the store what was not', async () => {
    const { inner, reads } = await counted();
    const bytes = new WriteBehind(inner, 200);
    for (const at of [0, 100, 200]) bytes.write(at, filled(100, at / 100 + 1));
    expect([...bytes.read(50, 200)]).toEqual([...filled(50, 1), ...filled(100, 2), ...filled(50, 3)]);
    expect(reads).toEqual([]);
    expect([...bytes.read(250, 100)]).toEqual([...filled(50, 3), ...filled(50, 0)]);
    expect(reads).toEqual([250]);
  });

  test('keeps what it was given, not what becomes of it', async () => {
    const { inner } = await counted();
    const bytes = new WriteBehind(inner);
    const part = filled(10, 1);
    bytes.write(0, part);
    part.fill(9);
    expect([...bytes.read(0, 10)]).toEqual([...filled(10, 1)]);
  });

  test('has written everything when the record is saved and the file is made, and nothing after it is closed', async () => {
    const { inner, writes } = await counted();
    const bytes = new WriteBehind(inner);
    bytes.write(0, filled(10, 1));
    bytes.saveState(new Uint8Array(1));
    expect(writes.length).toBe(1);
    bytes.write(10, filled(10, 1));
    await bytes.file();
    expect(writes.length).toBe(2);
    bytes.write(20, filled(10, 1));
    bytes.close();
    expect(writes.length).toBe(2);
    expect(() => inner.write(0, filled(1, 1))).toThrow();
  });

  test('refuses what lies outside at once', async () => {
    const { inner } = await counted();
    expect(() => new WriteBehind(inner).write(LENGTH - 1, filled(2, 1))).toThrow(/outside/);
  });

  test('reads the newer of two writes that overlap, the older one being written already', async () => {
    const { inner } = await counted();
    const bytes = new WriteBehind(inner, 2);
    bytes.write(0, Uint8Array.of(1, 1));
    bytes.write(1, Uint8Array.of(2));
    expect([...bytes.read(0, 2)]).toEqual([1, 2]);
  });

  test('is the same as writing at once, for any writes and reads', async () => {
    const action = fc.record({
      at: fc.nat(LENGTH - 1),
      length: fc.integer({ min: 1, max: 120 }),
      read: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 60 }),
        fc.integer({ min: 1, max: 300 }),
        async (actions, piece) => {
          const { inner } = await counted();
          const bytes = new WriteBehind(inner, piece);
          const plain = new Uint8Array(LENGTH);
          for (const [i, { at, length: wanted, read }] of actions.entries()) {
            const length = Math.min(wanted, LENGTH - at);
            if (read) expect([...bytes.read(at, length)]).toEqual([...plain.subarray(at, at + length)]);
            else {
              const part = filled(length, i + 1);
              plain.set(part, at);
              bytes.write(at, part);
            }
          }
          expect([...new Uint8Array(await (await bytes.file()).arrayBuffer())]).toEqual([...plain]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
