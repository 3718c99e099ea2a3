import { expect, test } from 'vitest';
import { KnownSenders } from './known-senders.ts';

test('[P-67] a sender whose page is loaded anew keeps its name in the same meeting, and one met by another code gets a name of its own', () => {
  const senders = new KnownSenders();
  expect(senders.met('a1', 1)).toBe('a1');
  expect(senders.met('a2', 1)).toBe('a1');
  expect(senders.met('b1', 2)).toBe('b1');
  // Met again by a code, with an instance that only its receivers have heard.
  expect(senders.met('a2', 3)).toBe('a1');
  expect(senders.met('c1', 4)).toBe('c1');
});

test('[P-67] both are known after a reload of the receiver, and only the session that goes on takes a new instance along', () => {
  const before = new KnownSenders();
  before.met('a1', 1);
  before.met('a2', 1);
  const after = new KnownSenders();
  after.recall(before.record(), 0);
  expect(after.met('a3', 0)).toBe('a1');
  const other = new KnownSenders();
  other.recall({ known: before.record().known }, 0);
  expect(other.met('a3', 0)).toBe('a3');
  expect(other.met('a1', 1)).toBe('a1');
});

test('[P-67] before the next sender has said a word the last one is not taken for it, whenever the receiver is loaded anew', () => {
  const before = new KnownSenders();
  before.met('a1', 1);
  before.recall({ known: [] }, 2);
  const after = new KnownSenders();
  after.recall(before.record(), 0);
  expect(after.met('b1', 0)).toBe('b1');
  expect(after.met('a1', 1)).toBe('a1');
});

test('the instances that are remembered are bounded', () => {
  const senders = new KnownSenders();
  for (let meeting = 0; meeting < 1000; meeting++) senders.met(`i${meeting}`, meeting);
  expect(senders.record().known.length).toBe(32);
});
