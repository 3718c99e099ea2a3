import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { noFigures } from '../session/no-figures.ts';
import { CALM_MS, calmPublisher, HIDDEN_MS, PROMPT_AT_FIRST, PROMPT_PER_SECOND, REST } from './calm.ts';

const transfer = (part: Partial<TransferSnapshot> = {}): TransferSnapshot => ({
  id: 'a',
  name: 'a.jpg',
  type: 'image/jpeg',
  byteLength: 5000,
  modified: 0,
  state: 'receiving',
  figures: noFigures(5000),
  ...part,
});

const snapshot = (part: Partial<SessionSnapshot> = {}): SessionSnapshot => ({
  role: 'receiver',
  connection: 'connected',
  serverOnline: true,
  lanes: 1,
  transfers: [transfer()],
  ...part,
});

/** A publisher that has just shown the first snapshot. */
function shown(draw: () => void = () => undefined) {
  const seen: SessionSnapshot[] = [];
  let now = snapshot();
  const calm = calmPublisher(
    () => now,
    (one) => {
      seen.push(one);
      draw();
    },
  );
  const say = (next: SessionSnapshot): void => {
    now = next;
    calm.changed();
  };
  say(now);
  expect(seen.length).toBe(1);
  return { seen, say, calm };
}

describe('a calm publisher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('shows lanes, figures and progress together, a moment later, with the newest numbers', () => {
    const { seen, say } = shown();
    for (let lanes = 2; lanes <= 40; lanes++) say(snapshot({ lanes }));
    say(snapshot({ lanes: 41, transfers: [transfer({ figures: noFigures(9), prepared: 0.5 })] }));
    expect(seen.length).toBe(1);
    vi.advanceTimersByTime(CALM_MS);
    expect(seen.length).toBe(2);
    expect(seen[1]).toMatchObject({ lanes: 41, transfers: [{ prepared: 0.5 }] });
    vi.advanceTimersByTime(10 * CALM_MS);
    expect(seen.length).toBe(2);
    say(snapshot({ lanes: 42 }));
    expect(seen.length).toBe(3);
  });

  test.each<[string, SessionSnapshot]>([
    ['a state', snapshot({ transfers: [transfer({ state: 'done' })] })],
    ['a preview', snapshot({ transfers: [transfer({ preview: new Blob(['x']) })] })],
    ['another picture', snapshot({ transfers: [transfer(), transfer({ id: 'b' })] })],
    ['a lost connection', snapshot({ connection: 'reconnecting' })],
    ['a problem', snapshot({ problem: { code: 'no-path' } })],
    ['a name', snapshot({ peerName: 'Ada' })],
  ])('shows %s at once', (_, next) => {
    const { seen, say } = shown();
    say(snapshot({ lanes: 2 }));
    say(next);
    expect(seen.length).toBe(2);
    expect(seen[1]).toBe(next);
    vi.advanceTimersByTime(10 * CALM_MS);
    expect(seen.length).toBe(2);
  });

  test('[P-102] shows thousands of pictures that come and go in tens of drawings, and the last state', () => {
    const { seen, say } = shown();
    for (let at = 0; at < 4000; at++) {
      say(
        snapshot({
          transfers: Array.from({ length: 1 + (at % 2) }, (_, i) => transfer({ id: `${at}.${i}` })),
        }),
      );
      vi.advanceTimersByTime(1);
    }
    const last = snapshot({ transfers: [] });
    say(last);
    vi.advanceTimersByTime(CALM_MS);
    expect(seen.length).toBeLessThan(1 + PROMPT_AT_FIRST + 4.3 * (PROMPT_PER_SECOND + 1000 / CALM_MS));
    expect(seen.at(-1)).toBe(last);
    // After a rest the next change is shown at once again.
    vi.advanceTimersByTime(2000);
    say(snapshot({ connection: 'reconnecting' }));
    say(snapshot({ connection: 'connected' }));
    expect(seen.at(-1)?.connection).toBe('connected');
  });

  test('[P-102] a page whose drawings take long draws a fifth of the time, and the last state', async () => {
    const drawing = 100;
    const { seen, say } = shown(() => void vi.advanceTimersByTime(drawing));
    await Promise.resolve();
    const began = performance.now();
    for (let at = 0; performance.now() - began < 5000; at++) {
      say(snapshot({ transfers: [transfer({ id: String(at) })] }));
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(seen.length).toBeLessThanOrEqual(2 + 5000 / (drawing * (1 + REST)));
    expect(seen.length).toBeGreaterThanOrEqual(8);
    const last = snapshot({ transfers: [] });
    say(last);
    await vi.advanceTimersByTimeAsync(drawing * (1 + REST));
    expect(seen.at(-1)).toBe(last);
  });

  test('draws numbers seldom while the page is hidden, and states at once all the same', () => {
    vi.stubGlobal('document', { hidden: true });
    const { seen, say } = shown();
    vi.advanceTimersByTime(2 * CALM_MS);
    say(snapshot({ lanes: 2 }));
    expect(seen.length).toBe(1);
    say(snapshot({ lanes: 2, transfers: [transfer({ state: 'done' })] }));
    expect(seen.length).toBe(2);
    say(snapshot({ lanes: 3, transfers: [transfer({ state: 'done' })] }));
    vi.advanceTimersByTime(HIDDEN_MS);
    expect(seen.length).toBe(3);
  });

  test('shows nothing any more once stopped', () => {
    const { seen, say, calm } = shown();
    say(snapshot({ lanes: 2 }));
    calm.stop();
    vi.advanceTimersByTime(10 * CALM_MS);
    expect(seen.length).toBe(1);
  });
});
