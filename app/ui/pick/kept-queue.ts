/** A queue of this tab that a reload loses nothing of: the keeper is loaded with its first picture. */
import { holdTab, tabName } from '../../../lib/session/page/tab.ts';
import type { SendStore } from '../../../lib/store/send-store.ts';

export interface KeptQueue {
  /** Puts back what an earlier page had in it, and keeps it from then on. */
  back: () => Promise<void>;
  /** From the first picture on. */
  keep: () => void;
  /** The person has pressed: asks the browser for the files that it can open by their handles. */
  openAgain: () => Promise<void>;
}

async function loadKeeper() {
  const [keeper, { openKeptOutbox }] = await Promise.all([
    import('../../../lib/store/outbox-keeper.ts'),
    import('../../../lib/storage/kept-outbox.ts'),
  ]);
  return { ...keeper, outbox: openKeptOutbox() };
}

/** There while something is kept. */
const keyOf = (name: string): string => `tessera:outbox${name}`;

/** An earlier page of this tab has left something: a page without it loads nothing to look for it. */
export function hasKeptQueue(name = ''): boolean {
  try {
    return sessionStorage.getItem(keyOf(name)) !== null;
  } catch {
    return false;
  }
}

/** @param name of the queue among those of one tab; empty: the sending page's */
export function keptQueue(store: () => SendStore, name = ''): KeptQueue {
  const key = keyOf(name);
  const mark = (some: boolean): void => {
    try {
      if (some) sessionStorage.setItem(key, '1');
      else sessionStorage.removeItem(key);
    } catch {
      // Storage is off: then a reload loses the queue.
    }
  };
  let keeping: Promise<void> | undefined;
  const keep = (): Promise<void> => {
    keeping ??= (async () => {
      const { keepOutbox, outbox } = await loadKeeper();
      // A copy of a tab has that one's name at first, and would put its pictures into that queue.
      await holdTab();
      keepOutbox(store(), outbox, tabName() + name, mark);
    })().catch(() => undefined);
    return keeping;
  };
  return {
    async back() {
      const { returnOutbox, outbox } = await loadKeeper();
      await returnOutbox(store(), await outbox.list(tabName() + name));
      await keep();
    },
    keep: () => void keep(),
    async openAgain() {
      const { openAgain } = await loadKeeper();
      await openAgain(store());
    },
  };
}
