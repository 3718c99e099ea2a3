/**
 * `npm run soak [-- --quick] [-- --case SEED --count N]`: sessions to which everything happens, without a
 * browser. The same as `npm run bench -- cuts`.
 */
import { prepare } from './build.mjs';
import { endWithParent, ensureInstalled } from './tools.mjs';

endWithParent();
try {
  await ensureInstalled();
  await prepare();
  const { register } = await import('tsx/esm/api');
  register();
  const { main } = await import('../bench/main.ts');
  process.exit(await main(['cuts', ...process.argv.slice(2)]));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
