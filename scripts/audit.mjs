/** Known advisories of what we ship, as the registry tells them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { servedPackages } from './served.mjs';
import { root, run } from './tools.mjs';

const LIMIT_MS = 60_000;

/**
 * `clean`, `found`, or `unknown`: without a registry that answers, nothing is known and nothing claimed.
 *
 * @param {Record<string, string>} [env] further environment of npm: a test asks a registry of its own
 * @returns {Promise<{ result: 'clean' | 'found' | 'unknown', output: string }>}
 */
export async function auditDependencies(env = {}) {
  const { output } = await run('npm', ['audit', '--json', '--include=dev'], {
    limitMs: LIMIT_MS,
    quiet: true,
    env,
  });
  const vulnerable = vulnerableIn(output);
  if (vulnerable === undefined) return { result: 'unknown', output };
  const ours = shipped();
  return { result: vulnerable.some((name) => ours.has(name)) ? 'found' : 'clean', output };
}

/** Names of the packages that run on a server or in a page; the rest builds and tests. */
function shipped() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const names = new Set(servedPackages().map(({ name }) => name));
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    if (dev || devOptional) continue;
    names.add(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  }
  return names;
}

/** @param {string} output */
function vulnerableIn(output) {
  try {
    const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    if (!report.vulnerabilities) return undefined;
    // One that is only built on another has that one's name in `via`, not an advisory of its own.
    return Object.entries(report.vulnerabilities)
      .filter(([, { via = [] }]) => via.some((one) => typeof one === 'object'))
      .map(([name]) => name);
  } catch {
    return undefined;
  }
}
