/** `npm start [-- --https]`: installs what is missing, builds what is stale, and serves on PORT (3000). */
import { ensureBuilt } from './build.mjs';
import { endWithParent, ensureInstalled } from './tools.mjs';

endWithParent();
try {
  await ensureInstalled();
  await ensureBuilt();
  // What was built is what is served.
  if (process.env.TESSERA_DIST) process.env.TESSERA_OUT ||= process.env.TESSERA_DIST;
  // In this process, so that signals need no passing on. It says itself when it is ready.
  const { register } = await import('tsx/esm/api');
  register();
  await import('../signaling/main.ts');
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
