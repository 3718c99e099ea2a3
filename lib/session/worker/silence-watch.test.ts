import { expect, test } from 'vitest';
import { SILENT_AFTER_MS, SilenceWatch } from './silence-watch.ts';

test('[P-120] each change is reported once: silent where something is expected, and not any more', () => {
  const reports: boolean[] = [];
  const watch = new SilenceWatch((silent) => reports.push(silent));
  watch.look(true, SILENT_AFTER_MS - 1);
  watch.look(false, 10 * SILENT_AFTER_MS);
  expect(reports).toEqual([]);
  watch.look(true, SILENT_AFTER_MS);
  watch.look(true, SILENT_AFTER_MS + 300);
  expect(reports).toEqual([true]);
  watch.look(true, 10);
  watch.look(true, SILENT_AFTER_MS);
  watch.look(false, SILENT_AFTER_MS);
  expect(reports).toEqual([true, false, true, false]);
});
