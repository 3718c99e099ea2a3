/** What each way into the bench does first: installs what is missing, and reads TypeScript as it is. */
import { endWithParent, ensureInstalled } from './tools.mjs';

/**
 * Ends the process with the bench's own code.
 *
 * @param {() => Promise<unknown>} makeReady what the bench needs beside its packages
 * @param {readonly string[]} args of the bench: a sub-command, options
 */
export async function runBench(makeReady, args) {
  endWithParent();
  try {
    await ensureInstalled();
    await makeReady();
    const { register } = await import('tsx/esm/api');
    register();
    const { main } = await import('../bench/main.ts');
    process.exit(await main(args));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
