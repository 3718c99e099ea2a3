/** The addresses under which other devices of the same network reach this machine. */
import { networkInterfaces } from 'node:os';

/** IPv4 only: what a person can type, and what a phone's certificate check accepts without a zone. */
export function lanAddresses(): string[] {
  const found: string[] = [];
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) {
      if (entry.family === 'IPv4' && !entry.internal) found.push(entry.address);
    }
  }
  return found.sort();
}
