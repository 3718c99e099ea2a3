import { expect, test } from 'vitest';
import { noRedis } from '../redis-server.ts';
import { runChaos } from './chaos.ts';

const LONG = process.env['TESSERA_LONG'] === '1';

test.skipIf(noRedis)(
  'people pair while a node is killed, one is drained and Redis freezes, and no code works twice [needs redis-server]',
  async () => {
    const { pairings, letIn, acceptedAgain, left, leaked, immortal } = await runChaos({
      pairings: LONG ? 1000 : 50,
      rate: LONG ? 12 : 5,
      frozenSeconds: LONG ? 10 : 3,
      outlast: LONG,
      say: () => {},
    });
    // How soon is the bench's: here other tests may have the processor.
    expect(pairings.filter(({ milliseconds }) => milliseconds === undefined)).toEqual([]);
    expect(letIn.length).toBeGreaterThan(0);
    expect(Math.max(...letIn)).toBe(1);
    expect(acceptedAgain).toBe(0);
    expect(immortal).toEqual([]);
    // What a killed node had goes when its time is over.
    expect(left.keys).toBeLessThan(10);
    if (LONG) expect(leaked).toBe(0);
  },
  LONG ? 1_500_000 : 180_000,
);
