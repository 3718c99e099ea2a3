/**
 * `npm run dev`: the pages with live reload and the signaling server on one port. Open it at localhost: a
 * development server trusts no other name. Changes in signaling/ need a restart.
 */
import { prepare } from './build.mjs';
import { endWithParent, ensureInstalled } from './tools.mjs';

endWithParent();
try {
  process.env.NODE_ENV = 'development';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  await ensureInstalled();
  await prepare();
  process.argv.push('--dev');
  const { register } = await import('tsx/esm/api');
  register();
  await import('../signaling/main.ts');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
