/** Keeps the names of senders in session storage, so that a reload of this page loses nothing. */
import type { KnownSendersRecord } from '../worker/known-senders.ts';

const KEY = 'tessera:senders';

export function keepSenders(record: KnownSendersRecord): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(record));
  } catch {
    // Storage is off or full: then a reload asks again.
  }
}

/** Empty where nothing was kept. */
export function recallSenders(): KnownSendersRecord {
  try {
    const record = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<KnownSendersRecord>;
    const pairs: readonly unknown[] = Array.isArray(record.known) ? record.known : [];
    const known = pairs.filter(isPair);
    return typeof record.current === 'string' ? { known, current: record.current } : { known };
  } catch {
    return { known: [] };
  }
}

const isPair = (pair: unknown): pair is readonly [string, string] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
