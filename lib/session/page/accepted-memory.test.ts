import { beforeEach, expect, test, vi } from 'vitest';
import type { Accepted } from './accepted-memory.ts';

const picture: Accepted = {
  sha256: 'ab'.repeat(32),
  byteLength: 20_000,
  name: 'beach.jpg',
  from: '01'.repeat(8),
};

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
});

/** As a page that was reloaded has it. */
async function reloaded(): Promise<typeof import('./accepted-memory.ts')> {
  vi.resetModules();
  return import('./accepted-memory.ts');
}

test('[P-108] a picture that was accepted is accepted after a reload, and only that: not other bytes, another length or name, nor the same picture of another sender', async () => {
  const before = await reloaded();
  before.rememberAccepted(picture);
  await Promise.resolve();
  const { wasAccepted } = await reloaded();
  expect(wasAccepted(picture)).toBe(true);
  for (const other of [
    { ...picture, byteLength: 8.6e9 },
    { ...picture, name: 'beach.png' },
    { ...picture, sha256: 'cd'.repeat(32) },
    { ...picture, from: '02'.repeat(8) },
  ])
    expect(wasAccepted(other)).toBe(false);
});

test('[P-124] what the person paused rests after a reload, until it goes on or is called off', async () => {
  const before = await reloaded();
  const other = { ...picture, name: 'forest.jpg' };
  for (const one of [picture, other]) {
    before.rememberAccepted(one);
    before.rememberResting(one, true);
  }
  await Promise.resolve();
  const after = await reloaded();
  expect([picture, other].map(after.wasResting)).toEqual([true, true]);
  after.rememberResting(picture, false);
  after.rememberAccepted(other, false);
  await Promise.resolve();
  const last = await reloaded();
  expect([picture, other].map(last.wasResting)).toEqual([false, false]);
  expect([picture, other].map(last.wasAccepted)).toEqual([true, false]);
});

test('a picture that is here, or was called off, is forgotten', async () => {
  const before = await reloaded();
  before.rememberAccepted(picture);
  before.rememberAccepted(picture, false);
  await Promise.resolve();
  expect((await reloaded()).wasAccepted(picture)).toBe(false);
});
