/** Bytes as hexadecimal text, two small letters each. */

/** @param text hex of an even length */
export const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const DIGITS = new TextEncoder().encode('0123456789abcdef');
const decoder = new TextDecoder();

/**
 * For each offer of a stranger: of the ways to write it, one that makes nothing but the text and a
 * buffer of its size (a text for each byte was half of all that an offer costs).
 * @returns two letters a byte, in the bytes' order
 */
export function toHex(bytes: Uint8Array): string {
  const text = new Uint8Array(2 * bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    text[2 * at] = DIGITS[bytes[at]! >> 4]!;
    text[2 * at + 1] = DIGITS[bytes[at]! & 15]!;
  }
  return decoder.decode(text);
}
