/**
 * `npm run bench [-- SUB-COMMAND] [--quick] [--case NAME] [--runs N] [--no-baselines]`: measures in real
 * browsers and in the simulator; results go to `bench/results/`. An unknown sub-command lists them all.
 */
import { ensureBrowser } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { endWithParent, ensureInstalled } from './tools.mjs';

endWithParent();
try {
  await ensureInstalled();
  await ensureBuilt();
  await ensureBrowser();
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('../bench/main.ts');
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
