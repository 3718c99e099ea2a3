/**
 * What the reports of Vitest and Playwright say of tests that did not simply pass: which were left out, which
 * failed, and which passed only at a second try, each with its reason.
 */
import { relative } from 'node:path';

/** @typedef {{ title: string, reason: string }} Skipped */

/** `flaky`: it failed, and passed when it was tried again. @typedef {Skipped & { flaky: boolean }} Failed */

const UNSAID = 'no reason given';

/**
 * A reason is in brackets at the end of the title, `… [needs python3]`, or of a group's around it, where
 * Vitest has no other place for it.
 *
 * @param {any} report Vitest's JSON
 * @returns {Skipped[]}
 */
export function skippedByVitest(report) {
  return report.testResults
    .flatMap((/** @type {any} */ file) => file.assertionResults)
    .filter((/** @type {any} */ test) => ['skipped', 'pending', 'todo'].includes(test.status))
    .map((/** @type {any} */ test) => {
      const needs = / \[(needs [^\]]+)\]$/;
      const [, reason] =
        [test.title, ...(test.ancestorTitles ?? [])].map((one) => needs.exec(one)).find(Boolean) ?? [];
      return { title: test.title.replace(needs, ''), reason: reason ?? UNSAID };
    });
}

/**
 * @param {any} report Playwright's JSON
 * @returns {Skipped[]}
 */
export function skippedByPlaywright(report) {
  return testsOf(report)
    .filter(({ test }) => test.status === 'skipped')
    .map(({ spec, test }) => ({
      title: spec.title,
      reason: test.annotations.find((/** @type {any} */ one) => one.type === 'skip')?.description || UNSAID,
    }));
}

/**
 * What passed has messages only where it failed before. A file that does not load has no tests, and is named
 * itself.
 *
 * @param {any} report Vitest's JSON
 * @param {string} root what the names of files are relative to
 * @returns {Failed[]}
 */
export function failedByVitest(report, root) {
  return report.testResults.flatMap((/** @type {any} */ file) => {
    const name = relative(root, file.name);
    if (file.status === 'failed' && file.assertionResults.length === 0)
      return [{ title: name, reason: firstLine(file.message), flaky: false }];
    return file.assertionResults
      .filter((/** @type {any} */ test) => test.status === 'failed' || test.failureMessages.length > 0)
      .map((/** @type {any} */ test) => ({
        title: `${name} › ${test.title}`,
        reason: firstLine(test.failureMessages[0]),
        flaky: test.status !== 'failed',
      }));
  });
}

/**
 * @param {any} report Playwright's JSON
 * @returns {Failed[]}
 */
export function failedByPlaywright(report) {
  const tests = testsOf(report)
    .filter(({ test }) => ['unexpected', 'flaky'].includes(test.status))
    .map(({ spec, test }) => ({
      title: `${spec.file}:${spec.line} › ${spec.title}`,
      reason: firstLine(
        test.results.map((/** @type {any} */ one) => one.error?.message).find(Boolean) ??
          test.results[0]?.status,
      ),
      flaky: test.status === 'flaky',
    }));
  // What no test is to blame for: a file that does not load, a hook of the whole run.
  const outside = (report.errors ?? []).map((/** @type {any} */ error) => ({
    title: 'outside of any test',
    reason: firstLine(error.message),
    flaky: false,
  }));
  return [...tests, ...outside];
}

/** @returns {{ spec: any, test: any }[]} */
function testsOf(/** @type {any} */ report) {
  /** @type {(suite: any) => { spec: any, test: any }[]} */
  const inSuite = (suite) => [
    ...(suite.specs ?? []).flatMap((/** @type {any} */ spec) =>
      spec.tests.map((/** @type {any} */ test) => ({ spec, test })),
    ),
    ...(suite.suites ?? []).flatMap(inSuite),
  ];
  return report.suites.flatMap(inSuite);
}

/** Colours are for terminals. */
function firstLine(/** @type {string | undefined} */ message) {
  // oxlint-disable-next-line no-control-regex
  const lines = (message ?? '').replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n');
  return lines.find((line) => line.trim() !== '')?.trim() || UNSAID;
}

/**
 * Lines for people: each reason once, with the tests under it.
 *
 * @param {readonly Skipped[]} skipped
 */
export function describeSkipped(skipped) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const { title, reason } of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), title]);
  return [...byReason].flatMap(([reason, titles]) => [
    `  ${titles.length} skipped: ${reason}`,
    ...titles.map((title) => `    - ${title}`),
  ]);
}

/**
 * Lines for people: each test with what went wrong, failures first.
 *
 * @param {readonly Failed[]} failed
 */
export function describeFailed(failed) {
  const ordered = [...failed].sort((a, b) => Number(a.flaky) - Number(b.flaky));
  return ordered.flatMap(({ title, reason, flaky }) => [
    `  ${flaky ? 'FLAKY, passed at a second try' : 'FAILED'}: ${title}`,
    `    ${reason}`,
  ]);
}
