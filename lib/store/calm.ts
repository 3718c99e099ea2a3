/** How often the pages draw: changes of state at once, numbers a few times a second. */
import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';

/**
 * Between two drawings of numbers alone (ms): faster than anybody reads, and each costs the page what it is
 * sending with.
 */
export const CALM_MS = 200;
/** The same while the page is hidden. */
export const HIDDEN_MS = 2000;
/**
 * Changes that are shown at once: so many, and then so many a second. A sender may offer thousands of
 * pictures and take them back within a second, and a drawing for each would stop the page.
 */
export const PROMPT_AT_FIRST = 20;
export const PROMPT_PER_SECOND = 10;
/**
 * After a drawing the page rests for this many times as long as it took, so that it answers in between, but
 * no longer than this (ms): on a machine that is busy with other things it may not be the drawing that took.
 */
export const REST = 4;
const MAX_REST_MS = 500;

export interface CalmPublisher {
  /** The session has a new snapshot. */
  changed(): void;
  /** Nothing more is published. */
  stop(): void;
}

/**
 * Publishes at once what a person waits for (a state, a picture, a problem, the other side's arrival) as
 * long as that is no flood, and figures, lanes and progress at most each `CALM_MS`, much less while the page
 * is hidden.
 */
export function calmPublisher(
  read: () => SessionSnapshot,
  publish: (snapshot: SessionSnapshot) => void,
): CalmPublisher {
  let shown: SessionSnapshot | undefined;
  let shownAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let prompts = PROMPT_AT_FIRST;
  let promptAt = 0;
  let restUntil = -Infinity;
  let resting: ReturnType<typeof setTimeout> | undefined;

  /** Whether one more change may be shown at once. */
  const mayPrompt = (now: number): boolean => {
    prompts = Math.min(PROMPT_AT_FIRST, prompts + ((now - promptAt) * PROMPT_PER_SECOND) / 1000);
    promptAt = now;
    return prompts >= 1;
  };

  const show = (snapshot: SessionSnapshot): void => {
    clearTimeout(timer);
    timer = undefined;
    shown = snapshot;
    const began = performance.now();
    shownAt = began;
    publish(snapshot);
    // React draws in a microtask that it has asked for by now.
    queueMicrotask(() => {
      const now = performance.now();
      restUntil = now + Math.min(MAX_REST_MS, REST * (now - began));
    });
  };

  const changed = (): void => {
    if (resting !== undefined) return;
    const now = performance.now();
    if (now < restUntil) {
      resting = setTimeout(() => {
        resting = undefined;
        changed();
      }, restUntil - now);
      return;
    }
    const prompt = mayPrompt(now);
    // A drawing is due, and none may be earlier: in a flood even comparing thousands of pictures costs.
    if (timer !== undefined && !prompt) return;
    const snapshot = read();
    const wait = shownAt + (isHidden() ? HIDDEN_MS : CALM_MS) - now;
    if (wait <= 0 || shown === undefined) show(snapshot);
    else if (prompt && !sameButNumbers(shown, snapshot)) {
      prompts -= 1;
      show(snapshot);
    } else {
      timer ??= setTimeout(() => {
        timer = undefined;
        changed();
      }, wait);
    }
  };

  return {
    changed,
    stop() {
      clearTimeout(timer);
      clearTimeout(resting);
    },
  };
}

/** `false` where there is no page, as in tests. */
const isHidden = (): boolean => typeof document !== 'undefined' && document.hidden;

function sameButNumbers(a: SessionSnapshot, b: SessionSnapshot): boolean {
  const [before, after] = [a.transfers, b.transfers];
  return (
    before.length === after.length &&
    sameFields(a, b, NUMBERS) &&
    before.every((transfer, i) => sameTransfer(transfer, after[i]!))
  );
}

/** Of a snapshot and of a transfer: what is drawn with the others, in its own time. */
const NUMBERS: readonly string[] = ['lanes', 'transfers', 'figures', 'prepared'];

/** Whether a card shows the same of both but for numbers. */
export function sameTransfer(a: TransferSnapshot, b: TransferSnapshot): boolean {
  return a === b || sameFields(a, b, NUMBERS);
}

/**
 * Whether both have the same fields with identical values. Makes nothing: of a long list it is asked some ten
 * thousand times a second.
 * @param but fields that may differ
 */
export function sameFields<T extends object>(a: T, b: T, but: readonly string[] = []): boolean {
  for (const key in a)
    if (!but.includes(key) && !(Object.hasOwn(b, key) && Object.is(a[key], b[key]))) return false;
  for (const key in b) if (!but.includes(key) && !Object.hasOwn(a, key)) return false;
  return true;
}
