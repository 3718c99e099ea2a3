/**
 * Two people in two homes, with real routers, servers and browsers between and around them, in network
 * namespaces of the test's own. Nothing here opens the way by hand, as the other specs' link does.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { CASES, visit, type NetworkCase, type Visit } from '../testbed/networks/cases.ts';
import { namespacesMissing } from '../testbed/networks/namespaces.ts';
import { noisePng } from '../testbed/visitors/noise-png.ts';
import { until } from '../testbed/visitors/person.ts';
import { LONG } from './support/long.ts';

const missing = namespacesMissing();
/** No way at all must be said by then. */
const NO_WAY_SECONDS = 20;
/** Five on a machine that has nothing else to do. ICE and its limits alone take 17. */
const GOES_ON_SECONDS = 12;

test.describe('two homes', () => {
  test.skip(missing !== undefined, missing ?? '');
  test.describe.configure({ timeout: 240_000 });

  const folder = mkdtempSync(join(tmpdir(), 'tessera-pictures-'));
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const picture = (name: string, side: number) => {
    const bytes = noisePng(side, side);
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return { name, file, bytes };
  };

  async function cross({ people }: Visit, { name, file, bytes }: ReturnType<typeof picture>): Promise<void> {
    await people.a.pick(file);
    await people.b.press('accept', name);
    await people.b.transferReaches(name, 'done');
    await people.a.transferReaches(name, 'done');
    const saved = await people.b.saved('download', name, name);
    expect(saved.equals(bytes), 'the saved file is the one that was sent').toBe(true);
  }

  const reached = ({ ends }: NetworkCase) => ends.a === 'direct' || ends.a === 'relayed';

  for (const one of CASES.filter(reached)) {
    test(one.name, async () => {
      test.skip(!one.always && !LONG, 'part of the long run (TESSERA_LONG=1)');
      const met = await visit(one, (visited) => cross(visited, picture('small.png', 300)));
      expect(met.ends).toEqual(one.ends);
    });
  }

  test('where there is no way both pages say which networks these are, within 20 s', async () => {
    const cases = CASES.filter((one) => !reached(one) && (one.always || LONG));
    // They wait most of the time, so two at a time do it together.
    for (let at = 0; at < cases.length; at += 2)
      await Promise.all(
        cases.slice(at, at + 2).map(async (one) => {
          const { ends, seconds } = await visit(one);
          expect(ends, one.name).toEqual(one.ends);
          expect(seconds, one.name).toBeLessThan(NO_WAY_SECONDS);
        }),
      );
  });

  test('a receiver whose address changes in the middle of a picture gets the rest by itself', async () => {
    const large = picture('large.png', 3000);
    await visit({ a: {}, b: {} }, async (visited) => {
      const { a, b } = visited.people;
      await a.pick(large.file);
      await b.press('accept', large.name);
      await until('a tenth of the picture', async () => {
        const [here, all] = await Promise.all([
          b.number(large.name, 'chunks-received'),
          b.number(large.name, 'chunks-total'),
        ]);
        return here > all / 10;
      });
      visited.homes.move('b');
      const moved = performance.now();
      const here = await b.number(large.name, 'chunks-received');
      expect(await b.transferState(large.name)).not.toBe('done');
      // What had arrived before the change may still be counted for a moment.
      await until('more of the picture', async () => {
        const now = await b.number(large.name, 'chunks-received');
        return now > here + 1000 && (await b.connection()) === 'connected';
      });
      const seconds = (performance.now() - moved) / 1000;
      console.log(`goes on ${seconds.toFixed(1)} s after the change`);
      expect(seconds).toBeLessThan(GOES_ON_SECONDS);
      await Promise.all([a, b].map((person) => person.transferReaches(large.name, 'done')));
      const saved = await b.saved('download', large.name, large.name);
      expect(saved.equals(large.bytes)).toBe(true);
    });
  });
});
