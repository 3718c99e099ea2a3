/**
 * The browser of the tests: Debian's Chromium where it is or can be installed, otherwise Playwright's own.
 */
import { existsSync } from 'node:fs';
import { run, runTool } from './tools.mjs';

const debianChromium = '/usr/bin/chromium';

/** Throws when there is no browser and none can be had. */
export async function ensureBrowser() {
  if (existsSync(debianChromium)) return;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium (apt-get) …');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    const { code } = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      env,
    });
    if (code === 0 && existsSync(debianChromium)) return;
  }
  const { code } = await runTool('playwright', ['install', 'chromium']);
  if (code !== 0)
    throw new Error('No browser for the browser tests: install Chromium (apt-get install chromium).');
}
