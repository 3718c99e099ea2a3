/** A text or a link on its way: a small file of a type of its own (P-112), shown as text and nothing else. */

/** Media type of a text or link that is sent like a file. */
export const MESSAGE_TYPE = 'text/vnd.tessera.message';

/** A long letter. What is longer is a file to be saved. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
/** More than these stay plain text: each is an element of the page. */
const MAX_LINKS = 200;

/** Whether a transfer is shown as text once it is here. */
export function isMessage({ type, byteLength }: { type: string; byteLength: number }): boolean {
  return type === MESSAGE_TYPE && byteLength <= MAX_MESSAGE_BYTES;
}

/** A text or link as a file to send. */
export function messageFile(text: string, name: string): File {
  const bytes = new TextEncoder().encode(text);
  return new File([bytes], name, { type: bytes.length <= MAX_MESSAGE_BYTES ? MESSAGE_TYPE : 'text/plain' });
}

/**
 * Controls but for line ends and tabs, which a terminal would obey when the text is pasted, and bidi
 * overrides, which show one text and copy another (Trojan Source, CVE-2021-42574).
 */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** What is shown and copied of a message's bytes. */
export function messageText(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes.subarray(0, MAX_MESSAGE_BYTES))
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(UNSEEN, '');
}

export interface TextPart {
  /** For a link the whole of the address that it opens, as the browser will say it. */
  text: string;
  link: boolean;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/gi;
/** Characters that end a sentence rather than an address. */
const SENTENCE_END = ".,;:!?'’”»)]}";

/** Text and links in turn; nothing else of it is ever more than text. */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  let links = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const written = withoutSentenceEnd(found);
    const address = webAddress(written);
    if (address === undefined || links === MAX_LINKS) continue;
    links++;
    if (index > at) parts.push({ text: text.slice(at, index), link: false });
    parts.push({ text: address, link: true });
    at = index + written.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), link: false });
  return parts;
}

/** A loop: of an expression that ends in `+$` a run of dots inside an address takes quadratic time. */
function withoutSentenceEnd(found: string): string {
  let end = found.length;
  while (end > 0 && SENTENCE_END.includes(found.charAt(end - 1))) end--;
  return found.slice(0, end);
}

/** As opened: letters of other scripts in a host are shown as the `xn--` that they are. */
function webAddress(written: string): string | undefined {
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  // "https://bank.example@evil.example" names one host and opens another.
  if (url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : undefined;
}
