/**
 * A certificate of our own making, so that phones on the LAN get a secure context (camera, installable app).
 * Browsers warn once; the warning is honest, and the code still authenticates both people. The one door of
 * selfsigned.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
  /** Addresses it is valid for, besides localhost. */
  addresses: string[];
  /** Unix milliseconds. */
  expiresAt: number;
}

const DAY_MS = 24 * 3600_000;
/**
 * Apple refuses certificates that live longer than 825 days; a year is what selfsigned and most tools use.
 */
const LIFETIME_MS = 365 * DAY_MS;
/** Not made anew at every start, or the person would be warned every time; a week before its end it is. */
const RENEW_MS = 7 * DAY_MS;

/** The kept certificate if it still covers these addresses, or a new one, kept in `folder`. */
export async function keptCertificate(
  folder: string,
  addresses: string[],
  now: number,
): Promise<Certificate> {
  const path = join(folder, 'tessera.json');
  const kept = readKept(path);
  if (kept && kept.expiresAt - RENEW_MS > now && addresses.every((one) => kept.addresses.includes(one)))
    return kept;
  const made = await makeCertificate(addresses, now);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(made), { mode: 0o600 });
  return made;
}

async function makeCertificate(addresses: string[], now: number): Promise<Certificate> {
  const expiresAt = now + LIFETIME_MS;
  const made = await generate([{ name: 'commonName', value: 'Tessera on this network' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A minute back: clocks of phones differ.
    notBeforeDate: new Date(now - 60_000),
    notAfterDate: new Date(expiresAt),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          ...['127.0.0.1', '::1', ...addresses].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert, addresses, expiresAt };
}

function readKept(path: string): Certificate | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Certificate;
  } catch {
    // Absent or damaged: make a new one.
    return undefined;
  }
}
