import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { ConnectionCount } from './connection-count.ts';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;

test('a connection counts from when it is made until it is collected, whether or not it is closed', async () => {
  const count = new ConnectionCount();
  const inUse = [{ name: 'first' }];
  count.add(inUse[0]!);
  for (let made = 0; made < 300; made++) count.add({ closed: true });
  expect(count.value).toBe(301);
  await vi.waitFor(() => {
    collect();
    expect(count.value).toBe(1);
  }, 15_000);
  expect(inUse).toHaveLength(1);
});
