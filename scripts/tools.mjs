/** What the other scripts share: the project's folder, running a tool, installing what is missing. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a program to its end, in a process group of its own so that a hung browser test can be stopped whole.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, quiet?: boolean, limitMs?: number }} [options] `quiet` collects the
 * output
 *   instead of showing it
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...options.env },
      stdio: ['ignore', options.quiet ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
      detached: process.platform !== 'win32',
      // npm is a .cmd there.
      shell: process.platform === 'win32' && !command.endsWith('.exe'),
    });
    const stop = () => {
      try {
        if (process.platform === 'win32' || child.pid === undefined) child.kill();
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
    };
    // A group of its own does not hear Ctrl+C.
    const interrupted = () => {
      stop();
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    const timer = options.limitMs && setTimeout(stop, options.limitMs);
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    const end = (code, why = '') => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      resolve({ code, output: output + why });
    };
    child.on('error', (error) => end(127, String(error)));
    child.on('close', (code) => end(code ?? 1));
  });
}

/**
 * Ends this process when the shell that npm started for it dies. npm passes a signal to that shell only,
 * which would leave us behind, holding the port.
 */
export function endWithParent() {
  const parent = process.ppid;
  if (!process.env.npm_lifecycle_event) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

/** Runs the command line tool of an installed package, without going through npx. */
export function runTool(name, args, options) {
  return run(process.execPath, [binOf(name), ...args], options);
}

function binOf(name) {
  const [packageName, binName] = name === 'tsc' ? ['typescript', 'tsc'] : [packages[name] ?? name, name];
  const file = join(root, 'node_modules', packageName, 'package.json');
  const { bin } = JSON.parse(readFileSync(file, 'utf8'));
  return join(dirname(file), typeof bin === 'string' ? bin : bin[binName]);
}

const packages = { playwright: '@playwright/test' };

/**
 * Installs the locked packages when any of them is not there in its locked version. Throws when that fails:
 * what `npm install` would find instead is not what was locked and tested.
 */
export async function ensureInstalled() {
  if (installed()) return;
  console.log('Installing packages (npm ci) …');
  const { code } = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error('The locked packages could not be installed (npm ci); see above.');
}

function installed() {
  // npm writes down there what it has installed.
  const written = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(written)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(written, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, devOptional }]) =>
      path === '' || optional || devOptional || have[path]?.version === version,
  );
}
