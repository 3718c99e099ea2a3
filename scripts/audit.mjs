/** Known advisories of what we ship, as the registry tells them. */
import { run } from './tools.mjs';

const MAX_AUDIT_MS = 60_000;

/**
 * `clean`, `found`, or `unknown`: without a registry that answers, nothing is known and nothing claimed.
 *
 * @param {Record<string, string>} [env] further environment of npm: a test asks a registry of its own
 * @returns {Promise<{ result: 'clean' | 'found' | 'unknown', output: string }>}
 */
export async function auditDependencies(env = {}) {
  const { output } = await run('npm', ['audit', '--json', '--omit=dev'], {
    limitMs: MAX_AUDIT_MS,
    quiet: true,
    env,
  });
  const total = totalOf(output);
  return { result: total === undefined ? 'unknown' : total === 0 ? 'clean' : 'found', output };
}

/** @param {string} output */
function totalOf(output) {
  try {
    const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
    return report.metadata?.vulnerabilities?.total;
  } catch {
    return undefined;
  }
}
