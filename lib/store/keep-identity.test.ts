import { expect, test } from 'vitest';
import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { noFigures } from '../session/no-figures.ts';
import { keepIdentity } from './keep-identity.ts';

const figures = noFigures(1);
const transfer = (id: string, part: Partial<TransferSnapshot> = {}): TransferSnapshot => ({
  id,
  name: id,
  type: 'image/png',
  byteLength: 1,
  modified: 0,
  state: 'queued',
  figures: { ...figures },
  ...part,
});
const snapshot = (...transfers: TransferSnapshot[]): SessionSnapshot => ({
  role: 'sender',
  connection: 'connected',
  serverOnline: true,
  lanes: 1,
  transfers,
});

test('a transfer that did not change stays the same object, one that did is the new one', () => {
  const before = snapshot(transfer('a'), transfer('b'));
  const now = snapshot(transfer('a'), transfer('b', { figures: { ...figures, chunksReceived: 1 } }));
  const kept = keepIdentity(before, now);
  expect(kept.transfers[0]).toBe(before.transfers[0]);
  expect(kept.transfers[1]).toBe(now.transfers[1]);
});

test('a field that appears, disappears or takes another value is a change', () => {
  const plain = transfer('a');
  for (const changed of [
    transfer('a', { sha256: 'x' }),
    transfer('a', { state: 'done' }),
    transfer('a', { figures: { ...figures, roundTrip: 3 } }),
  ]) {
    expect(keepIdentity(snapshot(plain), snapshot(changed)).transfers[0]).toBe(changed);
    expect(keepIdentity(snapshot(changed), snapshot(plain)).transfers[0]).toBe(plain);
  }
});

test('the rest of the snapshot is always the new one', () => {
  const kept = keepIdentity(snapshot(transfer('a')), { ...snapshot(transfer('a')), lanes: 7 });
  expect(kept.lanes).toBe(7);
});
