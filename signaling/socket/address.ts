/**
 * Whom a limit counts: one IPv4 address, or one IPv6 /64, which is the least that a subscriber gets. The one
 * door of proxy-addr and ipaddr.js.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyAddress from 'proxy-addr';

/**
 * The address of a request, as a key for limits.
 *
 * @param proxies how many trusted proxies are in front; each appended one address to X-Forwarded-For. With 0
 * the
 *   header is ignored: anybody can write it.
 */
export function clientAddress(request: IncomingMessage, proxies: number): string {
  const remote = request.socket.remoteAddress ?? '';
  if (proxies === 0) return limitKey(remote);
  const claimed = remote === '' ? '' : proxyAddress(request, (_, hop) => hop < proxies);
  return limitKey(ipaddr.isValid(claimed) ? claimed : remote);
}

/** IPv4 as it is (also when written as `::ffff:a.b.c.d`), IPv6 cut to its first 64 bits, `2001:db8::/64`. */
export function limitKey(address: string): string {
  // Most are, and floods ask often.
  if (isIPv4(address)) return address;
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? prefixOf(parsed, 64) : parsed.toString();
}

/**
 * The wider networks that may be one subscriber as well: providers hand out a /56 or a /48 to one.
 *
 * @param key what `limitKey` made
 */
export function widerKeys(key: string): string[] {
  const [address = '', bits] = key.split('/');
  if (bits === undefined || !ipaddr.IPv6.isValid(address)) return [];
  const parsed = ipaddr.IPv6.parse(address);
  return [prefixOf(parsed, 56), prefixOf(parsed, 48)];
}

function prefixOf(address: ipaddr.IPv6, bits: number): string {
  const bytes = address.toByteArray().map((byte, i) => (i < bits / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
}
