/**
 * What a request's headers ask of a file: which compression, and whether it is the one the browser has
 * already.
 */
import type { Encoding } from './exported-files.ts';

/** Smallest first. */
const ENCODINGS: readonly Encoding[] = ['br', 'gzip'];

/**
 * The smallest encoding that the client takes (RFC 9110, 12.5.3). What cannot be understood counts as not
 * taken: every client can read a file as it is.
 *
 * @param accepted the header `Accept-Encoding`
 */
export function chooseEncoding(
  accepted: string | undefined,
  available: Partial<Record<Encoding, unknown>>,
): Encoding | undefined {
  const taken = new Map<string, boolean>();
  for (const part of (accepted ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    taken.set(coding, quality === undefined || Number(quality) > 0);
  }
  const star = taken.get('*') ?? false;
  return ENCODINGS.find((one) => available[one] !== undefined && (taken.get(one) ?? star));
}

/** @param known the header `If-None-Match`: entity tags, compared weakly (RFC 9110, 13.1.2) */
export function isKnown(etag: string, known: string | undefined): boolean {
  if (known === undefined) return false;
  return known.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag.replace(/^W\//, '') === etag;
  });
}
