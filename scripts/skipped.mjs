/** Which tests a run left out, and why, read from the reports of Vitest and Playwright. */

/** @typedef {{ title: string, reason: string }} Skipped */

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
  /** @type {(suite: any) => Skipped[]} */
  const inSuite = (suite) => [
    ...(suite.specs ?? []).flatMap((/** @type {any} */ spec) =>
      spec.tests
        .filter((/** @type {any} */ test) => test.status === 'skipped')
        .map((/** @type {any} */ test) => ({
          title: spec.title,
          reason:
            test.annotations.find((/** @type {any} */ one) => one.type === 'skip')?.description || UNSAID,
        })),
    ),
    ...(suite.suites ?? []).flatMap(inSuite),
  ];
  return report.suites.flatMap(inSuite);
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
