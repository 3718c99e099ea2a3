import { expect, test } from 'vitest';
import type { TransferSnapshot, TransferState } from '../session/model.ts';
import { noFigures } from '../session/no-figures.ts';
import { badgeOf, signalOf, tidingsOf } from './tidings.ts';

const transfer = (state: TransferState, bytesReceived = 0): TransferSnapshot => ({
  id: state,
  name: 'a.jpg',
  type: 'image/jpeg',
  byteLength: 1000,
  modified: 0,
  state,
  figures: { ...noFigures(1000), bytesReceived },
});

test.each<[TransferSnapshot[], object]>([
  [[], { kind: 'nothing' }],
  [[transfer('offered'), transfer('offered')], { kind: 'offered', count: 2 }],
  [[transfer('receiving', 300), transfer('done', 1000)], { kind: 'moving', percent: 65 }],
  [[transfer('receiving', 500), transfer('queued'), transfer('offered')], { kind: 'moving', percent: 25 }],
  [[transfer('done', 1000), transfer('declined'), transfer('cancelled')], { kind: 'done', count: 1 }],
  [[transfer('declined')], { kind: 'nothing' }],
])('what is said of %j', (transfers, said) => {
  expect(tidingsOf(transfers)).toEqual(said);
});

test('a signal is given for what asks the receiver, and once for what is over', () => {
  const offered = { kind: 'offered', count: 1 } as const;
  const moving = { kind: 'moving', percent: 99 } as const;
  const done = { kind: 'done', count: 1 } as const;
  const nothing = { kind: 'nothing' } as const;
  expect(signalOf('receiver', nothing, offered)).toBe('offered');
  expect(signalOf('receiver', offered, { kind: 'offered', count: 2 })).toBe('offered');
  expect(signalOf('receiver', { kind: 'offered', count: 2 }, offered)).toBeUndefined();
  expect(signalOf('sender', nothing, offered)).toBeUndefined();
  expect(signalOf('sender', moving, done)).toBe('done');
  expect(signalOf('sender', done, done)).toBeUndefined();
  expect(signalOf('receiver', nothing, done)).toBeUndefined();
});

test('the icon shows the number itself, in three letters at most', () => {
  expect(badgeOf({ kind: 'nothing' })).toBe('');
  expect(badgeOf({ kind: 'visitors', count: 2 })).toBe('?');
  expect(badgeOf({ kind: 'offered', count: 2 })).toBe('2');
  expect(badgeOf({ kind: 'offered', count: 1200 })).toBe('999');
  expect(badgeOf({ kind: 'moving', percent: 100 })).toBe('100');
  expect(badgeOf({ kind: 'done', count: 12 })).toBe('✓12');
  expect(badgeOf({ kind: 'done', count: 123 })).toBe('✓');
});
