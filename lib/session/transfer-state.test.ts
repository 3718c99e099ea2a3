import { expect, test } from 'vitest';
import { FINAL_STATES, isFinal, isMoving, shownState } from './transfer-state.ts';

test('a state moves, ends, or waits for a person, and a final one does not move', () => {
  expect(FINAL_STATES).toEqual(['done', 'failed', 'cancelled', 'declined']);
  for (const state of FINAL_STATES) expect([isFinal({ state }), isMoving({ state })]).toEqual([true, false]);
  for (const state of ['sending', 'receiving', 'paused', 'verifying'] as const)
    expect([isFinal({ state }), isMoving({ state })]).toEqual([false, true]);
  for (const state of ['queued', 'held', 'offered'] as const)
    expect([isFinal({ state }), isMoving({ state })]).toEqual([false, false]);
});

test('without a connection what crosses is shown as paused, and nothing else is', () => {
  expect(shownState('sending', false)).toBe('paused');
  expect(shownState('receiving', false)).toBe('paused');
  expect(shownState('sending', true)).toBe('sending');
  for (const state of ['queued', 'held', 'offered', 'verifying', ...FINAL_STATES] as const)
    expect(shownState(state, false)).toBe(state);
});
