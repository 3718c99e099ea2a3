/**
 * What the person who runs the server may set, from the environment and the command line. Every variable the
 * server reads is read here, and a value that means nothing is refused: a server that starts with half of its
 * settings ignored is found out by the people who use it.
 */
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { LOG_LEVELS, type LogLevel } from './log.ts';
import { nameOf } from './socket/origin.ts';
import { parseBasePath } from './pages/built-for.ts';
import type { Listen } from './operations/metrics-server.ts';
import type { IceConfig } from './socket/ice-servers.ts';
import type { Operator } from './pages/operator.ts';
import { MAX_ICE_URL_LENGTH, MAX_ICE_URLS } from './wire/limits.ts';

export interface Config {
  port: number;
  /** Unset: every address of this machine, IPv6 where there is any. */
  host: string | undefined;
  /** Serve https with a certificate of our own making. */
  https: boolean;
  /** Next.js with live reload instead of the exported pages. */
  development: boolean;
  /** Path below which the pages are served, `/tessera`; empty: the root. */
  basePath: string;
  /** Further origins whose pages may use this server (pages on a file host), `https://host[:port]`. */
  allowedOrigins: readonly string[];
  /**
   * Names under which pages may find this server, besides `localhost` and addresses; lower case, no ports.
   */
  allowedHosts: readonly string[];
  /** How many proxies in front of us are trusted to tell us addresses; 0: none. */
  trustedProxies: number;
  ice: IceConfig;
  /** Answer STUN on the same port over UDP: unless it is switched off, or other servers are named. */
  stun: boolean;
  logLevel: LogLevel;
  /** Where `/metrics` listens; unset: nowhere. */
  metrics: Listen | undefined;
  /** The Redis that several nodes share; unset: this process keeps its rooms in its own memory. */
  redisUrl: string | undefined;
  /** Folder of the exported pages; unset: `out` in the project. */
  pagesFolder: string | undefined;
  /** Shown on the page about this server. */
  operator: Operator;
}

/** Every variable that is read; README's table documents each. */
export const SETTINGS = [
  'PORT',
  'HOST',
  'BASE_PATH',
  'ALLOWED_HOSTS',
  'ALLOWED_ORIGINS',
  'TRUST_PROXY',
  'STUN',
  'STUN_URLS',
  'TURN_URLS',
  'TURN_SECRET',
  'LOG_LEVEL',
  'METRICS_LISTEN',
  'REDIS_URL',
  'TESSERA_OUT',
  'OPERATOR_NAME',
  'OPERATOR_CONTACT',
  'SOURCE_URL',
] as const;
type Setting = (typeof SETTINGS)[number];

/** One or more settings mean nothing. The message is one sentence for each. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** RFC 7064, and RFC 7065 with its transport: a host name, an IPv4 address or an IPv6 address in brackets. */
const ICE_HOST = String.raw`(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?`;
const STUN_URL = new RegExp(`^stuns?:${ICE_HOST}$`);
const TURN_URL = new RegExp(String.raw`^turns?:${ICE_HOST}(?:\?transport=(?:udp|tcp))?$`);

/** Enough to tell a mail address from an address of the web. */
const MAIL = /^[^\s@:/]+@[^\s@:/]+$/;

/**
 * @param args what follows the script on the command line
 * @throws ConfigError with a sentence for each setting that cannot be understood
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Config {
  const problems: string[] = [];
  /** Empty is unset, as in a compose file that passes everything on. */
  const text = (name: Setting): string | undefined => env[name]?.trim() || undefined;
  const list = (name: Setting): string[] => (text(name) ?? '').split(/[\s,]+/).filter((part) => part !== '');
  const whole = (name: Setting, fallback: number, most: number): number => {
    const value = text(name) ?? String(fallback);
    if (/^\d{1,9}$/.test(value) && Number(value) <= most) return Number(value);
    problems.push(`${name} must be a whole number from 0 to ${most}, not "${value}".`);
    return fallback;
  };
  const urls = (name: Setting, pattern: RegExp, example: string): string[] => {
    const found = list(name);
    for (const url of found) {
      if (!pattern.test(url) || url.length > MAX_ICE_URL_LENGTH)
        problems.push(`${name}: "${url}" is not an address such as ${example}.`);
    }
    // A page refuses a list that is longer.
    if (found.length > MAX_ICE_URLS)
      problems.push(`${name} may name ${MAX_ICE_URLS} servers, not ${found.length}.`);
    return found;
  };

  const web = (name: Setting): string | undefined => {
    const address = text(name);
    if (address === undefined || (/^https?:/.test(address) && URL.canParse(address))) return address;
    problems.push(`${name}: "${address}" is not an address such as https://example.org/.`);
    return undefined;
  };
  const contact = (name: Setting): string | undefined => {
    const address = text(name);
    return address !== undefined && MAIL.test(address) ? `mailto:${address}` : web(name);
  };

  const flags = readFlags(args, problems);
  const allowedOrigins = list('ALLOWED_ORIGINS').map((origin) => {
    // Other schemes have the origin "null", which every sandboxed page of any site has too.
    const parsed = /^https?:/i.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined;
    if (parsed && parsed.href === `${parsed.origin}/`) return parsed.origin;
    problems.push(`ALLOWED_ORIGINS: "${origin}" is not an origin such as https://example.org.`);
    return origin;
  });
  const stun = text('STUN') ?? 'on';
  if (stun !== 'on' && stun !== 'off') problems.push(`STUN must be on or off, not "${stun}".`);
  const allowedHosts = list('ALLOWED_HOSTS').map((host) => {
    const name = nameOf(host);
    if (name === undefined || host.includes(':'))
      problems.push(`ALLOWED_HOSTS: "${host}" is not a host name such as pictures.example.org.`);
    return name ?? host;
  });
  const stunUrls = urls('STUN_URLS', STUN_URL, 'stun:stun.example.org:3478');
  const turnUrls = urls('TURN_URLS', TURN_URL, 'turn:turn.example.org:3478');
  const turnSecret = text('TURN_SECRET');
  if (turnUrls.length > 0 && turnSecret === undefined)
    problems.push('TURN_URLS is set, but TURN_SECRET is not.');
  if (turnUrls.length === 0 && turnSecret !== undefined)
    problems.push('TURN_SECRET is set, but TURN_URLS is not.');
  const level = text('LOG_LEVEL') ?? 'info';
  const logLevel = LOG_LEVELS.find((known) => known === level);
  if (logLevel === undefined) problems.push(`LOG_LEVEL is one of ${LOG_LEVELS.join(', ')}, not "${level}".`);

  const basePath = parseBasePath(env['BASE_PATH']);
  if (basePath === undefined)
    problems.push(
      `BASE_PATH: "${text('BASE_PATH')}" is not a path such as /tessera, without a slash at its end.`,
    );
  else if (basePath !== '' && flags.development)
    problems.push('BASE_PATH is for built pages: the development server is at the root.');

  const config: Config = {
    port: whole('PORT', 3000, 65_535),
    host: text('HOST'),
    ...flags,
    basePath: basePath ?? '',
    allowedHosts: [
      ...allowedHosts,
      ...allowedOrigins.flatMap((origin) => nameOf(origin.replace(/^https?:\/\//, '')) ?? []),
      ...ownNames(),
    ],
    allowedOrigins,
    trustedProxies: whole('TRUST_PROXY', 0, 10),
    stun: stun === 'on' && stunUrls.length === 0,
    ice: { stunUrls, turnUrls, ...(turnSecret === undefined ? {} : { turnSecret }) },
    logLevel: logLevel ?? 'info',
    metrics: readListen(text('METRICS_LISTEN'), problems),
    redisUrl: readRedis(text('REDIS_URL'), problems),
    pagesFolder: text('TESSERA_OUT'),
    operator: {
      name: text('OPERATOR_NAME'),
      contact: contact('OPERATOR_CONTACT'),
      source: web('SOURCE_URL'),
    },
  };
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

/** `9464` is on this machine alone; `0.0.0.0:9464` and `[::]:9464` are for a network that is trusted. */
function readListen(value: string | undefined, problems: string[]): Listen | undefined {
  if (value === undefined) return undefined;
  const [, host, port] = /^(?:(\d+\.\d+\.\d+\.\d+|\[[0-9A-Fa-f:.]+\]):)?(\d{1,5})$/.exec(value) ?? [];
  if (port !== undefined && Number(port) <= 65_535)
    return { host: host?.replace(/[[\]]/g, '') ?? '127.0.0.1', port: Number(port) };
  problems.push(`METRICS_LISTEN: "${value}" is neither a port such as 9464 nor an address and port.`);
  return undefined;
}

function readRedis(value: string | undefined, problems: string[]): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const known = url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== '';
  // Not quoted: it may hold a password.
  if (!known || !/^(?:\/\d{0,2})?$/.test(url.pathname))
    problems.push('REDIS_URL is not an address such as redis://redis.example.org:6379.');
  return value;
}

function readFlags(args: readonly string[], problems: string[]): Pick<Config, 'https' | 'development'> {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true });
  const given = new Set<string>();
  for (const token of tokens) {
    const name = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--';
    const known = name === '--https' || name === '--dev';
    if (known && token.kind === 'option' && token.value === undefined) given.add(name);
    else problems.push(`"${args[token.index]}" is not known; the only option is --https.`);
  }
  return { https: given.has('--https'), development: given.has('--dev') };
}

/** How this machine is called in its own network, also by multicast DNS. */
function ownNames(): string[] {
  const name = hostname().toLowerCase();
  return name === '' ? [] : [name, `${name.split('.')[0]}.local`];
}
