/**
 * `npm test [-- --only unit,lint]`: every check of the project, on a machine with nothing but Node. All steps
 * run even when one fails; the last line is `N passed, N failed`. A check counts as one, a test as one.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { auditDependencies } from './audit.mjs';
import { ensureBrowser } from './browser.mjs';
import { ensureBuilt, prepare } from './build.mjs';
import {
  describeFailed,
  describeSkipped,
  failedByPlaywright,
  failedByVitest,
  skippedByPlaywright,
  skippedByVitest,
} from './reports.mjs';
import { endWithParent, ensureInstalled, root, run, runTool } from './tools.mjs';

/** A step that hangs is a failure, not a night without a result. */
const MINUTE_MS = 60_000;
const reports = join(root, '.stamps');

/**
 * Of unit tests, many of which start programs on a machine that may have others: what hangs ends, and what is
 * slow does not fail. A file that is run by itself ends sooner.
 */
const PATIENCE = [
  `--testTimeout=${MINUTE_MS}`,
  `--hookTimeout=${MINUTE_MS}`,
  `--expect.poll.timeout=${MINUTE_MS / 4}`,
  // As the browser tests: what fails once for want of time is tried once more, and said.
  `--retry=${process.env.CI ? 1 : 0}`,
];

/**
 * One step's outcome. @typedef {{ passed: number, failed: number, skipped?:
 * import('./reports.mjs').Skipped[], named?: import('./reports.mjs').Failed[], note?: string }} Count
 */

/** @type {Record<string, () => Promise<Count>>} */
const steps = {
  format: () => check('oxfmt', ['--check', '.']),
  lint: () => check('oxlint', ['--type-aware']),
  types: async () => {
    await prepare();
    const typegen = await runTool('next', ['typegen'], { limitMs: 3 * MINUTE_MS, quiet: true });
    if (typegen.code !== 0) return fail(typegen.output);
    return add(await check('tsc', ['--noEmit']), await check('tsc', ['--noEmit', '-p', 'lib/protocol']));
  },
  deadcode: () => check('knip', []),
  prose: async () => all(['rules.mjs', 'prose.mjs', 'habits.mjs', 'docstrings.mjs']),
  audit,
  unit: async () => {
    await prepare();
    const file = report('unit.json');
    const args = ['run', ...PATIENCE, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await runTool('vitest', args, { limitMs: 15 * MINUTE_MS });
    return counted(file, code, (json) => ({
      passed: json.numPassedTests,
      // A file that does not load has no tests to fail.
      failed:
        json.numFailedTests +
        json.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0).length,
      skipped: skippedByVitest(json),
      named: failedByVitest(json, root),
    }));
  },
  build: async () => {
    await ensureBuilt();
    return { passed: 1, failed: 0 };
  },
  browser: async () => {
    if (!existsSync(join(root, 'playwright.config.ts')))
      return { passed: 0, failed: 0, note: 'no browser tests' };
    await ensureBrowser();
    await ensureBuilt();
    const file = report('browser.json');
    const { code } = await runTool('playwright', ['test', '--reporter=list,json'], {
      limitMs: 50 * MINUTE_MS,
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
    });
    return counted(file, code, (json) => ({
      passed: json.stats.expected + json.stats.flaky,
      failed: json.stats.unexpected,
      skipped: skippedByPlaywright(json),
      named: failedByPlaywright(json),
    }));
  },
};

endWithParent();
const only = chosen(process.argv.slice(2));
const total = { passed: 0, failed: 0, skipped: [], named: [] };
try {
  await ensureInstalled();
} catch (error) {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const lines = [];
for (const name of only) {
  console.log(`\n── ${name}`);
  const startedAt = Date.now();
  const count = await steps[name]().catch((error) =>
    fail(error instanceof Error ? error.message : String(error)),
  );
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped.push(...(count.skipped ?? []));
  total.named.push(...(count.named ?? []));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  const skipped = count.skipped?.length ? `, ${count.skipped.length} skipped` : '';
  const note = count.note ? ` (${count.note})` : '';
  lines.push(
    `${count.failed > 0 ? 'FAILED' : 'ok    '} ${name}: ${count.passed} passed, ${count.failed} failed${skipped}${note}, ${seconds} s`,
  );
}
console.log(`\n${lines.join('\n')}`);
if (total.skipped.length > 0)
  console.log(['', `${total.skipped.length} skipped`, ...describeSkipped(total.skipped)].join('\n'));
if (total.named.length > 0) console.log(['', ...describeFailed(total.named)].join('\n'));
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);

function chosen(args) {
  const all = Object.keys(steps);
  const at = args.findIndex((arg) => arg.startsWith('--only'));
  if (at < 0) return all;
  const names = (args[at].split('=')[1] ?? args[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length === 0) return all.filter((name) => names.includes(name));
  console.error(`--only takes some of: ${all.join(', ')}`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

async function check(tool, args) {
  const { code } = await runTool(tool, args, { limitMs: 5 * MINUTE_MS });
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function all(names) {
  let count = { passed: 0, failed: 0 };
  for (const name of names) count = add(count, await script(name));
  return count;
}

async function script(name) {
  const { code } = await run(process.execPath, [join(root, 'scripts', name)], { limitMs: MINUTE_MS });
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Without a network it is skipped, with a line that says so. */
async function audit() {
  const { result, output } = await auditDependencies();
  if (result === 'unknown')
    return {
      passed: 0,
      failed: 0,
      skipped: [{ title: 'known advisories', reason: 'the registry did not answer' }],
    };
  return result === 'clean' ? { passed: 1, failed: 0 } : fail(output);
}

function counted(file, code, read) {
  if (!existsSync(file)) return fail('The run ended without a report.');
  const count = read(JSON.parse(readFileSync(file, 'utf8')));
  // An error outside of any test is a failure too.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function report(name) {
  mkdirSync(reports, { recursive: true });
  const file = join(reports, name);
  rmSync(file, { force: true });
  return file;
}

function add(first, second) {
  return { passed: first.passed + second.passed, failed: first.failed + second.failed };
}

function fail(why) {
  console.error(why);
  return { passed: 0, failed: 1 };
}
