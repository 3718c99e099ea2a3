import { expect, test } from 'vitest';
import { writesOnce } from './one-write.ts';

/** What crossed, in the order in which it did; what is written between `cork` and `uncork` is one write. */
function wire() {
  const waits: string[] = [];
  const writes: string[][] = [];
  let corked: string[] | undefined;
  const raw = {
    cork: () => void (corked = []),
    uncork: () => {
      if (corked !== undefined && corked.length > 0) writes.push(corked);
      corked = undefined;
    },
  };
  const flushes = {
    flush: () => {
      const frames = waits.splice(0);
      if (corked === undefined) writes.push(...frames.map((frame) => [frame]));
      else corked.push(...frames);
    },
  };
  const say = (frame: string) => {
    waits.push(frame);
    flushes.flush();
  };
  return { raw, flushes, say, writes };
}

test('what is said in one turn, promises included, crosses in one write and in order', async () => {
  const { raw, flushes, say, writes } = wire();
  writesOnce(() => raw)(flushes);
  say('answer');
  void Promise.resolve().then(() => say('paired'));
  expect(writes).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  say('message');
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toEqual([['answer', 'paired'], ['message']]);
});

test('an engine without that inside is left as it is', () => {
  const { raw } = wire();
  const other = {};
  writesOnce(() => raw)(other);
  expect(other).toEqual({});
});
