/** Where the pages will be served: read by the build, which writes it into them, and by the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Hidden, so that it is not served. */
export const BUILT_FOR_FILE = '.tessera.json';

/** What a build is bound to. */
export interface BuiltFor {
  basePath: string;
}

/**
 * The path below which the pages are served, `/tessera` or `/a/b`; empty: the root.
 *
 * @returns `undefined` when it is no such path
 */
export function parseBasePath(value: string | undefined): string | undefined {
  const path = value?.trim() ?? '';
  return path === '' || /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$/.test(path) ? path : undefined;
}

/**
 * The address of a signaling server on another host than the pages, `https://host[:port][/path]`.
 *
 * @returns without a slash at its end; empty: it is the pages' own; `undefined` when it is no such address
 */
export function parseSignalingUrl(value: string | undefined): string | undefined {
  const text = value?.trim() ?? '';
  if (text === '') return '';
  const url = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.search + url.hash + url.username + url.password !== '') return undefined;
  const path = parseBasePath(url.pathname.replace(/\/$/, ''));
  return path === undefined ? undefined : url.origin + path;
}

/** What the build wrote beside the pages; `undefined`: it was not our build. */
export function readBuiltFor(folder: string): BuiltFor | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, BUILT_FOR_FILE), 'utf8')) as BuiltFor;
  } catch {
    return undefined;
  }
}
