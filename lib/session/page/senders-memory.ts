/** Keeps the names of senders in session storage, so that a reload of this page loses nothing. */
import type { KnownSendersRecord } from '../worker/known-senders.ts';

/** A companion's senders are others than those of the receiving page in the same tab. */
const keyOf = (companion: boolean): string => `tessera:senders${companion ? ':companion' : ''}`;

export function keepSenders(record: KnownSendersRecord, companion = false): void {
  try {
    sessionStorage.setItem(keyOf(companion), JSON.stringify(record));
  } catch {
    // Storage is off or full: then a reload asks again.
  }
}

/** Empty where nothing was kept. */
export function recallSenders(companion = false): KnownSendersRecord {
  try {
    const record = JSON.parse(
      sessionStorage.getItem(keyOf(companion)) ?? '{}',
    ) as Partial<KnownSendersRecord>;
    const pairs: readonly unknown[] = Array.isArray(record.known) ? record.known : [];
    const known = pairs.filter(isPair);
    return typeof record.current === 'string' ? { known, current: record.current } : { known };
  } catch {
    return { known: [] };
  }
}

const isPair = (pair: unknown): pair is readonly [string, string] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
