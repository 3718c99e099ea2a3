/** What a node makes of Redis's answers, without a Redis. */
import { expect, test } from 'vitest';
import { Nodes } from './nodes.ts';
import type { RedisLink, Script } from './redis-link.ts';
import { BEAT } from './scripts.ts';

test('sockets of a buried node are reported although Redis goes away before the next burial', async () => {
  const graves = new Map([
    ['b', ['b.1']],
    ['c', ['c.1']],
  ]);
  let breaks = true;
  const link = {
    available: true,
    run: async (script: Script, _prefix: string, node: string) => {
      if (script === BEAT) return [0, [...graves.keys()].flatMap((name) => [name, '7'])];
      if (node === 'c' && breaks) throw new Error('Redis is away');
      const sockets = graves.get(node) ?? [];
      graves.delete(node);
      return sockets;
    },
  } as unknown as RedisLink;
  const nodes = new Nodes(link, 'p:', 'a');
  for (let second = 0; second < 4; second++)
    expect(await nodes.beat(second * 1000)).toEqual({ lost: [], forgotten: false });
  await expect(nodes.beat(4000)).rejects.toThrow('away');
  breaks = false;
  expect((await nodes.beat(5000)).lost).toEqual(['b.1']);
  for (const second of [6, 7, 8]) expect((await nodes.beat(second * 1000)).lost).toEqual([]);
  expect((await nodes.beat(9000)).lost).toEqual(['c.1']);
});
