/** The name of this tab, which outlives a reload, and which other tabs are open. */
import { toHex } from '../../checksum/hex.ts';

const KEY = 'tessera:tab';
/** Whatever a page keeps for its tab has a name that begins with this. */
const OURS = 'tessera:';
/** A Web Lock of this name and the tab's is held while its page is open. */
const LOCK = 'tessera:tab:';
/**
 * A page that is loaded anew waits this long for its predecessor to let go (ms). Who holds the name for
 * longer is another tab, of which this one is a copy.
 */
const CLAIM_MS = 1000;
/** Tabs of plain http, which have no locks, answer each other within this (ms). */
const ANSWER_MS = 250;
let letGo: (() => void) | undefined;
let held: Promise<void> | undefined;

/** A random name of this tab, kept through reloads: what it received returns to it and not to another. */
export function tabName(): string {
  const fresh = toHex(crypto.getRandomValues(new Uint8Array(12)));
  try {
    const known = sessionStorage.getItem(KEY);
    if (known !== null) return known;
    sessionStorage.setItem(KEY, fresh);
  } catch {
    // Storage is off: then nothing returns.
  }
  return fresh;
}

/**
 * Tells other tabs that this one is open, until its page goes away. Resolves once its name is its own: a
 * browser that duplicates a tab copies its session storage, and the copy must take neither what the first one
 * received nor its way back. Never rejects.
 */
export function holdTab(): Promise<void> {
  held ??= claim().catch(() => undefined);
  return held;
}

async function claim(): Promise<void> {
  const locks = navigator.locks !== undefined;
  if (await (locks ? isLocked() : isAnswered())) {
    beginAnew();
    if (locks) await isLocked();
  }
  if (!locks) answerOthers();
  addEventListener('pagehide', () => {
    // A page that holds a lock is kept out of the back-forward cache.
    letGo?.();
    letGo = undefined;
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && locks) void isLocked();
    else if (persisted) answerOthers();
  });
}

/**
 * Takes the lock of this tab's name; `true`: another page holds it. Asked twice: where the machine or the
 * browser slept meanwhile, the time is over before the answer is heard.
 */
async function isLocked(): Promise<boolean> {
  return (await isRefused()) && isRefused();
}

function isRefused(): Promise<boolean> {
  return new Promise((settle) => {
    const gone = new Promise<void>((resolve) => (letGo = resolve));
    const taken = (): Promise<void> => {
      settle(false);
      return gone;
    };
    navigator.locks
      .request(LOCK + tabName(), { signal: AbortSignal.timeout(CLAIM_MS) }, taken)
      .catch((error: unknown) => settle(error instanceof DOMException && error.name === 'TimeoutError'));
  });
}

/** Asks the tabs that are open; `true`: one has this name. */
function isAnswered(): Promise<boolean> {
  const channel = new BroadcastChannel(LOCK);
  return new Promise<boolean>((settle) => {
    setTimeout(() => settle(false), ANSWER_MS);
    channel.onmessage = ({ data }) => data === `taken ${tabName()}` && settle(true);
    channel.postMessage(`whose ${tabName()}`);
  }).finally(() => channel.close());
}

function answerOthers(): void {
  const channel = new BroadcastChannel(LOCK);
  channel.onmessage = ({ data }) =>
    data === `whose ${tabName()}` && channel.postMessage(`taken ${tabName()}`);
  letGo = () => channel.close();
}

/** What lies in session storage is another tab's. */
function beginAnew(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(OURS)) sessionStorage.removeItem(key);
}

/**
 * Names of the other tabs whose page is open. Waits until this one's name is its own: a copy would take the
 * first tab for itself. Never rejects.
 */
export async function otherOpenTabs(): Promise<ReadonlySet<string>> {
  await holdTab();
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(LOCK));
  const others = new Set(names.map((name) => name.slice(LOCK.length)));
  others.delete(tabName());
  return others;
}
