/**
 * `npm run bench [-- SUB-COMMAND] [--quick] [--case NAME] [--runs N] [--no-baselines]`: measures in real
 * browsers and in the simulator; results go to `bench/results/`. An unknown sub-command lists them all.
 */
import { ensureBrowser } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { runBench } from './run-bench.mjs';

await runBench(async () => {
  await ensureBuilt();
  await ensureBrowser();
}, process.argv.slice(2));
