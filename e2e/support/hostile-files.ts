/**
 * Files of a sender who means harm: each body runs a script wherever it is opened as what it pretends not to
 * be.
 */
import type { Picture } from './pictures.ts';

/** Leaves a trace in the page, and one at the server. */
const SCRIPT = "top.ran='x';opener&&(opener.ran='x');new Image().src='/ran';alert('ran')";
const HTML = `<!doctype html><script>${SCRIPT}</script><img src=x onerror="${SCRIPT}">`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"><script>${SCRIPT}</script></svg>`;

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

/** By what they are, then what a careless reader takes them for. */
const BODIES: Buffer[] = [
  bytes(SVG),
  bytes(HTML),
  bytes('\ufeff', HTML),
  bytes(`<?xml version="1.0"?><?xml-stylesheet href="javascript:${SCRIPT}"?>`, SVG),
  bytes(`<html xmlns="http://www.w3.org/1999/xhtml"><body><script>${SCRIPT}</script></body></html>`),
  // JPEG and HTML: a comment segment.
  bytes([0xff, 0xd8, 0xff, 0xfe, 0x02, 0x00], HTML, [0xff, 0xd9]),
  bytes([0xff, 0xd8, 0xff, 0xe0, 0x2f, 0x2a], `*/=1;${SCRIPT}/*`, [0xff, 0xd9]),
  // GIF and script.
  bytes(`GIF89a/*`, [0, 0, 0, 0, 0], `*/=1;${SCRIPT}`),
  bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0], HTML),
  bytes([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], HTML),
  bytes('RIFF', [0x40, 0, 0, 0], 'WEBPVP8 ', HTML),
  bytes([0, 0, 0, 0x1c], 'ftypavif', HTML),
  bytes('BM', HTML),
  bytes('%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(', SCRIPT, ')>>>>endobj'),
  bytes(SCRIPT),
  bytes('MZ', [0x90, 0], HTML),
];

const NAMES = [
  'picture.svg',
  'picture.html',
  'picture.jpg.html',
  'picture.svg.jpg',
  'picture.jpg.exe',
  'picture\u202egpj.exe',
  'picture\u2066\u202egpj.lmth\u2069.png',
  '../../../etc/passwd',
  '..\\..\\AppData\\start.hta',
  'C:\\boot.bat',
  '<img src=x onerror=top.ran=1>.jpg',
  '"><script>top.ran=1</script>.png',
  "';top.ran=1;'.gif",
  'javascript:top.ran=1',
  'data:text/html,<script>top.ran=1</script>',
  'CON.jpg',
  '.htaccess',
  'a\u0000.svg\u0000.jpg',
  `${'long '.repeat(60)}.svg`,
  '%2e%2e%2fpicture.xhtml',
];

const TYPES = ['image/jpeg', 'image/png', 'image/svg+xml', 'text/html', 'application/xhtml+xml', ''];

/** Every body under every name, each claiming one of the types; no two have the same bytes. */
export function hostileFiles(): Picture[] {
  return BODIES.flatMap((body, b) =>
    NAMES.map((name, n) => ({
      name,
      mimeType: TYPES[(b + n) % TYPES.length]!,
      buffer: Buffer.concat([body, Buffer.from(`<!--${b}.${n}-->`)]),
    })),
  );
}
