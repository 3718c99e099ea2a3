/**
 * STUN and TURN servers that a page is told of when it opens, joins or rejoins.
 *
 * Without configuration it is this process's own STUN server and no third party's: it sees everybody's
 * address anyway. TURN_URLS is for networks that let no direct connection through.
 */
import { createHmac } from 'node:crypto';
import { TURN_CREDENTIAL_SECONDS } from '../wire/limits.ts';
import type { IceServer } from '../wire/messages.ts';

/** STUN and TURN servers that pages are given. */
export interface IceConfig {
  stunUrls: readonly string[];
  turnUrls: readonly string[];
  /** coturn's `static-auth-secret`. */
  turnSecret?: string;
}

/**
 * @param now Unix milliseconds
 * @param subscriber whose credential it is, a key for limits: the TURN server counts allocations by user name
 * (coturn's `user-quota`), so that all credentials of one subscriber carry the same
 * @param ownStun where this process answers STUN itself, for this page; only without `stunUrls`
 */
export function iceServers(
  config: IceConfig,
  now: number,
  subscriber: string,
  ownStun?: string,
): IceServer[] {
  const servers: IceServer[] = [];
  if (config.stunUrls.length > 0) servers.push({ urls: [...config.stunUrls] });
  else if (ownStun !== undefined) servers.push({ urls: [ownStun] });
  if (config.turnUrls.length > 0 && config.turnSecret !== undefined) {
    const expires = Math.floor(now / 1000) + TURN_CREDENTIAL_SECONDS;
    servers.push({
      urls: [...config.turnUrls],
      ...turnCredential(config.turnSecret, expires, turnUser(config.turnSecret, subscriber)),
    });
  }
  return servers;
}

/** Nothing is learned from it about the subscriber without the secret. */
const turnUser = (secret: string, subscriber: string): string =>
  createHmac('sha256', secret).update(`user ${subscriber}`).digest('base64url').slice(0, 16);

/**
 * The time-limited credential of coturn's REST scheme (draft-uberti-behave-turn-rest-00): the user name says
 * until when, the password is base64 of HMAC-SHA1 over it.
 *
 * @param expires Unix seconds
 */
export function turnCredential(secret: string, expires: number, user: string) {
  const username = `${expires}:${user}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
