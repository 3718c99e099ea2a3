const KEY = 'tessera:tab';

/** A random name of this tab, kept through reloads: what it received comes back to it and not to another. */
export function tabName(): string {
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  try {
    const known = sessionStorage.getItem(KEY);
    if (known !== null) return known;
    sessionStorage.setItem(KEY, fresh);
  } catch {
    // Storage is off: then nothing comes back.
  }
  return fresh;
}
