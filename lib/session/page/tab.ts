const KEY = 'tessera:tab';
/** A Web Lock of this name and the tab's is held while its page is open. */
const LOCK = 'tessera:tab:';
let letGo: (() => void) | undefined;

/** A random name of this tab, kept through reloads: what it received returns to it and not to another. */
export function tabName(): string {
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
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
 * Tells other tabs that this one is open, until its page goes away. Where there are no Web Locks nothing
 * does.
 */
export function holdTab(): void {
  if (letGo !== undefined || navigator.locks === undefined) return;
  const gone = new Promise<void>((resolve) => (letGo = resolve));
  void navigator.locks.request(LOCK + tabName(), () => gone).catch(() => undefined);
  addEventListener('pagehide', releaseTab);
  addEventListener('pageshow', returnTab);
}

/** A page that holds a lock is kept out of the back-forward cache. */
function releaseTab(): void {
  letGo?.();
  letGo = undefined;
}

function returnTab({ persisted }: PageTransitionEvent): void {
  if (persisted) holdTab();
}

/** Names of the other tabs whose page is open. Never rejects. */
export async function otherOpenTabs(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  const names = held.map(({ name = '' }) => name).filter((name) => name.startsWith(LOCK));
  const others = new Set(names.map((name) => name.slice(LOCK.length)));
  others.delete(tabName());
  return others;
}
