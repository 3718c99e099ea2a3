/**
 * A few sessions of the soak (`npm run soak` runs a thousand). A failure prints its seed; `TESSERA_SEED` runs
 * it again.
 */
import { expect, test } from 'vitest';
import { soakRun, TROUBLES } from './soak.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const SEED = Number(process.env['TESSERA_SEED'] ?? 1);
const sessions = LONG ? 300 : 10;

test(
  '[P-60, P-61] nothing is lost or mixed by cuts, reloads of either page, frozen browsers, blackouts, full disks and changed bytes',
  async () => {
    const seen = new Set<string>();
    let done = 0;
    for (let seed = SEED; seed < SEED + sessions; seed++) {
      const run = await soakRun(seed, 6);
      for (const trouble of run.troubles) seen.add(trouble);
      expect(run.faults, `seed ${seed}: ${run.troubles.join(', ')}`).toEqual([]);
      done += run.pictures;
    }
    expect(done).toBeGreaterThanOrEqual(sessions);
    if (sessions >= 10) expect([...seen].toSorted()).toEqual([...TROUBLES].toSorted());
  },
  LONG ? 600_000 : 60_000,
);

test('a seed is a value: the same session again', async () => {
  const [first, second] = [await soakRun(5, 8), await soakRun(5, 8)];
  expect(second.troubles).toEqual(first.troubles);
});
