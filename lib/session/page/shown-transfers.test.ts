import { expect, test } from 'vitest';
import { noFigures } from '../no-figures.ts';
import { ShownTransfers } from './shown-transfers.ts';

function shown() {
  const transfers = new ShownTransfers();
  const [name, type] = ['one.jpg', 'image/jpeg'];
  const figures = noFigures(5000);
  transfers.show({ id: '1', name, type, byteLength: 5000, modified: 0, state: 'sending', figures });
  return transfers;
}

test('a problem is shown until the picture goes on, whatever figures come meanwhile', () => {
  const transfers = shown();
  transfers.update({ id: '1', state: 'paused', problem: { code: 'interrupted' } });
  transfers.update({ id: '1', figures: noFigures(5000) });
  expect(transfers.get('1')?.problem?.code).toBe('interrupted');
  expect(transfers.update({ id: '1', state: 'sending' })?.problem).toBeUndefined();
});

test('figures become samples of the history, and what is shown anew begins without any', () => {
  const transfers = shown();
  transfers.update({ id: '1', figures: { ...noFigures(5000), seconds: 3 } });
  transfers.update({ id: '1', state: 'paused' });
  expect(transfers.history('1').map(({ seconds }) => seconds)).toEqual([3]);
  transfers.show(transfers.get('1')!);
  expect(transfers.history('1')).toEqual([]);
});

test('the log has each chunk in its order, however it grows', () => {
  const transfers = shown();
  const map = { chunksPerCell: 1 } as never;
  for (let chunk = 0; chunk < 3000; chunk += 3)
    transfers.addChunks('1', map, Uint32Array.of(chunk, chunk + 1, chunk + 2));
  expect([...(transfers.chunkLog('1')?.order ?? [])]).toEqual(Array.from({ length: 3000 }, (_, i) => i));
  expect(transfers.chunkMap('1')).toBe(map);
});

test('what is unknown or forgotten takes no update', () => {
  const transfers = shown();
  transfers.forget('1');
  expect(transfers.update({ id: '1', state: 'done' })).toBeUndefined();
  expect(transfers.patch('1', { state: 'done' })).toBeUndefined();
  expect([transfers.get('1'), transfers.chunkLog('1'), [...transfers.values()]]).toEqual([
    undefined,
    undefined,
    [],
  ]);
});
