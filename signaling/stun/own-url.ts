/** How a page finds this process's STUN server: by the name under which it found the pages. */

/**
 * @param host what the page's request says in `Host`, with or without a port
 * @returns `undefined` for a page of this very machine, which has nothing to learn from its own loopback
 * address
 */
export function ownStunUrl(host: string | undefined, port: number): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  const { hostname } = new URL(`http://${host}`);
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return undefined;
  if (hostname === '[::1]' || hostname.startsWith('127.') || hostname === '') return undefined;
  return `stun:${hostname}:${port}`;
}
