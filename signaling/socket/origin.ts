/** Which web pages may talk to this server: our own, and those that its operator named. */

/**
 * Browsers always send Origin with a websocket; a program that does not is no page of another site, and gains
 * nothing here that it could not claim.
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
