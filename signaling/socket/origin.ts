/** Under which names this server is known, and which web pages may talk to it. */

/**
 * Whether a page that was found under this name may be ours. Another name that leads to our address is how a
 * page of a stranger gets into a network that only this machine is in (DNS rebinding): it is then of the same
 * origin as we are. An address cannot be made to lead elsewhere, and so is always ours.
 *
 * @param host the header, with or without a port
 * @param names host names in lower case, without ports
 */
export function nameAllowed(host: string | undefined, names: readonly string[]): boolean {
  // A browser never leaves it out, so it is no page that asks.
  if (host === undefined) return true;
  const name = nameOf(host);
  if (name === undefined) return false;
  if (/^\d+\.\d+\.\d+\.\d+$|^\[/.test(name)) return true;
  return name === 'localhost' || name.endsWith('.localhost') || names.includes(name);
}

/** The host's name in lower case, without its port; `undefined` when it is no host. */
export function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^[a-z0-9._-]+(?::\d+)?$|^\[[0-9a-f:.]+\](?::\d+)?$/i.test(host))
    return undefined;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/\.$/, '') : undefined;
}

/**
 * Browsers always send Origin with a websocket; a program that does not is no page of another site, and gains
 * nothing here that it could not claim.
 *
 * @param host the page's own, checked before
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowedOrigins: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
