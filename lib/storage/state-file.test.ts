import { expect, test } from 'vitest';
import { MAX_STATE_BYTES, StorageError } from './byte-store.ts';
import { readHeader, readRecord, writeHeader, writeRecord, type SyncHandle } from './state-file.ts';

/** A file in memory that can die after a number of written bytes, as a machine that loses power does. */
class File implements SyncHandle {
  bytes = new Uint8Array(0);
  left = Infinity;

  read(into: Uint8Array, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, { at }: { at: number }): number {
    const part = bytes.subarray(0, this.left);
    this.left -= part.length;
    const grown = new Uint8Array(Math.max(this.bytes.length, at + part.length));
    grown.set(this.bytes);
    grown.set(part, at);
    this.bytes = grown;
    return part.length;
  }

  getSize = (): number => this.bytes.length;
  truncate(length: number): void {
    this.bytes = this.bytes.slice(0, length);
  }
  flush(): void {}
  close(): void {}
}

test('the newest record is read', () => {
  const file = new File();
  writeHeader(file, 12_345_678_901);
  expect(readHeader(file)).toBe(12_345_678_901);
  expect(readRecord(file)).toBeUndefined();
  for (let round = 1; round < 6; round++) {
    writeRecord(file, new Uint8Array(round * 10).fill(round));
    expect(readRecord(file)).toEqual(new Uint8Array(round * 10).fill(round));
  }
  writeRecord(file, new Uint8Array(MAX_STATE_BYTES));
  writeRecord(file, Uint8Array.of(7));
  expect(readRecord(file)).toEqual(Uint8Array.of(7));
});

test('[P-70] a crash after any number of bytes leaves the record before', () => {
  for (let left = 0; left < 12 + 50; left++) {
    const file = new File();
    writeHeader(file, 5);
    writeRecord(file, new Uint8Array(40).fill(1));
    writeRecord(file, new Uint8Array(45).fill(2));
    file.left = left;
    expect(() => writeRecord(file, new Uint8Array(50).fill(3))).toThrow(StorageError);
    expect(readRecord(file)).toEqual(new Uint8Array(45).fill(2));
    file.left = Infinity;
    writeRecord(file, new Uint8Array(50).fill(4));
    expect(readRecord(file)).toEqual(new Uint8Array(50).fill(4));
  }
});

test('other bytes are no sidecar', () => {
  const file = new File();
  expect(readHeader(file)).toBeUndefined();
  file.bytes = new Uint8Array(100).fill(255);
  expect(readHeader(file)).toBeUndefined();
  expect(readRecord(file)).toBeUndefined();
});

test('an answer that is no count of bytes is a failure: Chromium writes -8 as an unsigned number when the quota is used up', () => {
  const file = new File();
  writeHeader(file, 5);
  writeRecord(file, Uint8Array.of(1));
  const answers = [4_294_967_288, -8, 0, 20, NaN];
  for (const answer of answers) {
    file.write = () => answer;
    expect(() => writeHeader(file, 5), `header ${answer}`).toThrow(StorageError);
    expect(() => writeRecord(file, Uint8Array.of(2)), `record ${answer}`).toThrow(
      expect.objectContaining({ code: 'storage-full' }),
    );
  }
  file.read = () => 4_294_967_291;
  expect(() => readRecord(file)).toThrow(expect.objectContaining({ code: 'failed' }));
});
