/** Keeps the names of senders in session storage, so that a reload of this page loses nothing. */
import type { KnownSendersRecord } from '../worker/known-senders.ts';

/** Of the receiving page, or of the companion of the session that is named so. */
const keyOf = (beside: string): string => `tessera:senders${beside === '' ? '' : `:${beside}`}`;

export function keepSenders(record: KnownSendersRecord, beside = ''): void {
  try {
    sessionStorage.setItem(keyOf(beside), JSON.stringify(record));
  } catch {
    // Storage is off or full: then a reload asks again.
  }
}

/** Empty where nothing was kept. */
export function recallSenders(beside = ''): KnownSendersRecord {
  try {
    const record = JSON.parse(sessionStorage.getItem(keyOf(beside)) ?? '{}') as Partial<KnownSendersRecord>;
    const pairs: readonly unknown[] = Array.isArray(record.known) ? record.known : [];
    const known = pairs.filter(isPair);
    return typeof record.current === 'string' ? { known, current: record.current } : { known };
  } catch {
    return { known: [] };
  }
}

/** The session that is named so has met another person: its companion's next sender is not the last one. */
export function forgetSender(beside: string): void {
  const { known, current } = recallSenders(beside);
  if (current !== undefined) keepSenders({ known }, beside);
}

/** The session that is named so is over for good, with its companion. */
export function dropSenders(beside: string): void {
  try {
    sessionStorage.removeItem(keyOf(beside));
  } catch {
    // Storage is off: nothing is kept.
  }
}

const isPair = (pair: unknown): pair is readonly [string, string] =>
  Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string');
