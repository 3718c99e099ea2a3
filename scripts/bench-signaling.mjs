/**
 * `npm run bench:signaling [-- load | nodes | floods | soak | chaos] [--quick]`: measures the signaling
 * server, without a browser. The same as `npm run bench -- load`.
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
  const args = process.argv.slice(2);
  process.exit(await main(args[0] === undefined || args[0].startsWith('-') ? ['load', ...args] : args));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
