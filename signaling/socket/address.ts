/** Whom a limit counts: one IPv4 address, or one IPv6 /64, which is what a single subscriber gets. */
import { isIP } from 'node:net';

/**
 * The address that a request comes from, as a key for limits.
 *
 * @param proxies how many trusted proxies stand in front; each appended one address to X-Forwarded-For. With 0 the
 *   header is ignored: anybody can write it.
 */
export function clientAddress(
  remote: string | undefined,
  forwardedFor: string | undefined,
  proxies: number,
): string {
  let address = remote ?? '';
  if (proxies > 0 && forwardedFor !== undefined) {
    const hops = forwardedFor.split(',').map((hop) => hop.trim());
    const claimed = hops[Math.max(0, hops.length - proxies)] ?? '';
    if (isIP(claimed)) address = claimed;
  }
  return limitKey(address);
}

/** IPv4 as it is (also when written as `::ffff:a.b.c.d`), IPv6 cut to its first 64 bits. */
export function limitKey(address: string): string {
  const plain = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail = ''] = plain.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  // The gap of `::`; a dotted IPv4 at the end counts as two groups.
  const dotted = plain.includes('.') ? 1 : 0;
  const gap = plain.includes('::') ? 8 - front.length - back.length - dotted : 0;
  const groups = [...front, ...Array.from({ length: Math.max(0, gap) }, () => '0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
