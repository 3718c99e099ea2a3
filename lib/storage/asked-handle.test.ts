import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { whileKept } from './asked-handle.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
const turn = (): Promise<void> => new Promise((next) => setTimeout(next));

interface Handle {
  answer: (text: string) => void;
}

test('a handle is kept until it has answered, and no longer', async () => {
  // What answers goes with the handle, as it seems to in Chromium.
  const ask = (): { handle: WeakRef<Handle>; answered: Promise<string> } => {
    const handle: Handle = { answer: () => undefined };
    const answered = whileKept(handle, new Promise<string>((resolve) => (handle.answer = resolve)));
    return { handle: new WeakRef(handle), answered };
  };
  const { handle, answered } = ask();
  await turn();
  collect();
  await turn();
  expect(handle.deref()).toBeDefined();
  handle.deref()?.answer('the file');
  expect(await answered).toBe('the file');
  await turn();
  collect();
  expect(handle.deref()).toBeUndefined();
});
