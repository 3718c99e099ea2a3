import { expect, test } from 'vitest';
import { CancelReason } from '../../lib/protocol/wire/control-message.ts';
import { problemOf } from '../../lib/session/bridge/cancel-reasons.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

test('[P-56] each reason to end a transfer has a sentence of its own, in each language', () => {
  const reasons = Object.values(CancelReason);
  expect(reasons).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const { problems } of [en, de, fr]) {
    const sentences = reasons.map((reason) => problems[problemOf(reason)]);
    for (const sentence of sentences) expect(sentence).toMatch(/\w.*[.?!]$/);
    expect(new Set(sentences).size).toBe(reasons.length);
  }
});
