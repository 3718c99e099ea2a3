/** An address as the socket writes it, in the bytes that go over the wire. */
import { isIPv4, isIPv6 } from 'node:net';

/** 4 bytes for IPv4, also when written as `::ffff:a.b.c.d`; 16 for IPv6. `undefined` for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  const plain = text.split('%')[0] ?? '';
  if (!isIPv6(plain)) return undefined;
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1];
  if (mapped !== undefined && isIPv4(mapped)) return addressBytes(mapped);
  const [head = '', tail] = plain.split('::');
  const front = bytesOfGroups(head);
  const back = bytesOfGroups(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(front);
  bytes.set(back, 16 - back.length);
  return bytes;
}

function bytesOfGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    // Four bytes at the end may be written with dots.
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
