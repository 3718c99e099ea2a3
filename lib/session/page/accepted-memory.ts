/** Digests of the pictures this tab is receiving: accepted once is accepted after a reload too. */
const KEY = 'tessera:accepted';

function read(): string[] {
  try {
    const list: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberAccepted(sha256: string, accepted = true): void {
  const others = read().filter((entry) => entry !== sha256);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(accepted ? [...others, sha256] : others));
  } catch {
    // Storage is off or full: then a reload asks again.
  }
}

export const wasAccepted = (sha256: string): boolean => read().includes(sha256);
