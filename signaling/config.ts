/** What the person who runs the server may set, from the environment and the command line. */
import type { IceConfig } from './socket/ice-servers.ts';

export interface Config {
  port: number;
  /** Unset: every address of this machine, IPv6 where there is any. */
  host: string | undefined;
  /** Serve https with a certificate of our own making. */
  https: boolean;
  /** Further origins whose pages may use this server (pages on a file host), `https://host[:port]`. */
  allowedOrigins: readonly string[];
  /** How many proxies in front of us are trusted to tell us addresses; 0: none. */
  trustedProxies: number;
  ice: IceConfig;
}

/** Throws an `Error` that says which setting cannot be understood. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Config {
  const turnSecret = env.TURN_SECRET;
  const turnUrls = list(env.TURN_URLS);
  if (turnUrls.length > 0 && !turnSecret) throw new Error('TURN_URLS is set, but TURN_SECRET is not.');
  return {
    port: whole('PORT', env.PORT, 3000, 65_535),
    host: env.HOST || undefined,
    https: args.includes('--https'),
    allowedOrigins: list(env.ALLOWED_ORIGINS).map(originOf),
    trustedProxies: whole('TRUST_PROXY', env.TRUST_PROXY, 0, 10),
    ice: { stunUrls: list(env.STUN_URLS), turnUrls, ...(turnSecret ? { turnSecret } : {}) },
  };
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((part) => part !== '');
}

function originOf(text: string): string {
  if (!URL.canParse(text))
    throw new Error(`ALLOWED_ORIGINS: "${text}" is not an origin such as https://example.org.`);
  return new URL(text).origin;
}

function whole(name: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`${name} must be a whole number from 0 to ${most}, not "${text}".`);
}
