/**
 * A few sessions of the soak (`npm run soak` runs a thousand). A failure prints its seed; `TESSERA_SEED` runs
 * it again.
 */
import { expect, test } from 'vitest';
import { ENDS, soakRun, TROUBLES } from './soak.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const SEED = Number(process.env['TESSERA_SEED'] ?? 1);
const sessions = LONG ? 300 : 10;

test(
  '[P-60, P-61] nothing is lost or mixed by cuts, reloads of either page, frozen browsers, blackouts, full disks and changed bytes, and half a minute after its last chance everything has ended with a name',
  async () => {
    const seen = new Set<string>();
    const ends = new Set<string>();
    let [done, parts] = [0, 0];
    for (let seed = SEED; seed < SEED + sessions; seed++) {
      const run = await soakRun(seed, 6);
      for (const trouble of run.troubles) seen.add(trouble);
      expect(run.faults, `seed ${seed}: ${run.troubles.join(', ')}`).toEqual([]);
      done += run.pictures;
      parts += run.parts;
      ends.add(run.end);
    }
    expect(done).toBeGreaterThanOrEqual(sessions);
    expect([...ends].toSorted()).toEqual([...ENDS].toSorted());
    if (LONG) expect(parts).toBeGreaterThan(0);
    if (sessions >= 10) expect([...seen].toSorted()).toEqual([...TROUBLES].toSorted());
  },
  LONG ? 600_000 : 60_000,
);

test('a seed is a value: the same session again', async () => {
  const [first, second] = [await soakRun(5, 8), await soakRun(5, 8)];
  expect(second.troubles).toEqual(first.troubles);
});
