import { expect, test } from 'vitest';
import { mark, MAX_MARKS } from './marks.ts';

test('of thousands of pictures the newest marks are kept, those of another name as well', () => {
  const detail = { name: 'a.jpg', byteLength: 5 };
  mark('tessera:began', { id: 'first', ...detail });
  for (let at = 0; at < 5 * MAX_MARKS + 10; at++) mark('tessera:complete', { id: String(at), ...detail });
  const kept = performance.getEntriesByName('tessera:complete') as PerformanceMark[];
  expect(kept.length).toBeLessThanOrEqual(MAX_MARKS);
  expect(kept.at(-1)?.detail).toMatchObject({ transfer: String(5 * MAX_MARKS + 9) });
  expect(performance.getEntriesByName('tessera:began')).toHaveLength(1);
});
