import { expect, test } from 'vitest';
import { MAX_PRESENT, MAX_PRESENT_IDS } from '../wire/limits.ts';
import { presenceContract } from './presence.contract.ts';
import { MemoryPresence } from './presence.ts';

presenceContract(() => new MemoryPresence());

test('[P-142] pages that announce the same ids count as those that announce different ones', () => {
  const presence = new MemoryPresence();
  const ids = Array.from({ length: MAX_PRESENT_IDS }, (_, i) => `${i}`);
  const pages = Math.floor(MAX_PRESENT / MAX_PRESENT_IDS);
  for (let page = 0; page < pages; page++) expect(presence.announce(`s${page}`, ids)).toBe(true);
  expect(presence.announce('late', ids)).toBe(false);
  expect(presence.announce('s0', ids)).toBe(true);
});

test('[P-142] beyond the bound a page is refused, and finds room again when others go', () => {
  const presence = new MemoryPresence();
  const pages = Math.floor(MAX_PRESENT / MAX_PRESENT_IDS);
  const idsOf = (page: number) => Array.from({ length: MAX_PRESENT_IDS }, (_, i) => `${page}.${i}`);
  for (let page = 0; page < pages; page++) expect(presence.announce(`s${page}`, idsOf(page))).toBe(true);
  expect(presence.announce('late', idsOf(pages))).toBe(false);
  expect(presence.find(idsOf(pages))).toBeUndefined();
  presence.announce('s0', []);
  expect(presence.announce('late', idsOf(pages))).toBe(true);
});
