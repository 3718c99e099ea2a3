import { expect, test } from 'vitest';
import type { ProblemCode, TransferSnapshot, TransferState } from '../model.ts';
import { noFigures } from '../no-figures.ts';
import { Offers } from './offers.ts';

const offer = (sha256: string, from = 'a1') => ({ sha256, byteLength: 5, name: 'one.jpg', from });

const at = (id: string, state: TransferState, code?: ProblemCode, part?: boolean): TransferSnapshot => ({
  id,
  name: 'one.jpg',
  type: 'image/jpeg',
  byteLength: 5,
  modified: 0,
  state,
  figures: noFigures(5),
  sha256: `of ${id}`,
  ...(code === undefined ? {} : { problem: { code } }),
  ...(part === true ? { part: { hereBytes: 1, prefixBytes: 1 } } : {}),
});

test('what was lost with its connection goes on with the next offer of the same bytes and sender', () => {
  const offers = new Offers();
  offers.offered('1', offer('x'));
  offers.accept('1');
  expect(offers.stateChanged(at('1', 'failed', 'interrupted'))).toEqual({});
  expect(offers.offered('2', offer('x', 'b2'))).toEqual([]);
  expect(offers.offered('3', offer('x'))).toEqual(['1']);
  expect(offers.offered('4', offer('x'))).toEqual([]);
});

test('one that a person has ended is a question again, and its part is used when it is accepted anew', () => {
  const offers = new Offers();
  offers.offered('1', offer('x'));
  offers.accept('1');
  expect(offers.stateChanged(at('1', 'cancelled', 'cancelled-here', true))).toEqual({
    asksAgain: offer('x'),
  });
  expect(offers.offered('2', offer('x'))).toEqual([]);
  expect(offers.accept('2')).toEqual({ offer: offer('x'), replaced: ['1'] });
});

test('bytes that do not pass the check are awaited once more, and not a third time', () => {
  const offers = new Offers();
  for (const asksAgain of [undefined, offer('x')]) {
    offers.offered('1', offer('x'));
    offers.accept('1');
    expect(offers.stateChanged(at('1', 'failed', 'digest-mismatch')).asksAgain).toEqual(asksAgain);
  }
});

test('of offers that are withdrawn without an answer the latest twenty are shown', () => {
  const offers = new Offers();
  const forgotten = [];
  for (let id = 1; id <= 22; id++) {
    offers.offered(`${id}`, offer(`${id}`));
    forgotten.push(offers.stateChanged(at(`${id}`, 'cancelled', 'cancelled-there')).forgotten);
  }
  expect(forgotten.filter((id) => id !== undefined)).toEqual(['1', '2']);
});

test('one that was answered is not counted among them, and one thrown away is forgotten', () => {
  const offers = new Offers();
  for (let id = 1; id <= 30; id++) {
    offers.offered(`${id}`, offer(`${id}`));
    offers.decline(`${id}`);
    expect(offers.stateChanged(at(`${id}`, 'declined')).forgotten).toBeUndefined();
  }
  offers.offered('31', offer('x'));
  offers.accept('31');
  offers.stateChanged(at('31', 'failed', 'interrupted'));
  expect(offers.throwAway('31')).toEqual(offer('x'));
  expect(offers.offered('32', offer('x'))).toEqual([]);
});
