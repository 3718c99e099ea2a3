/**
 * The Content-Security-Policy of an exported page: nothing is allowed but what Tessera uses.
 *
 * Next.js writes a few inline scripts into each page; they are allowed by their hash (CSP level 3), so an
 * injected one never runs.
 */
import { createHash } from 'node:crypto';

export interface PageHashes {
  scripts: string[];
  styles: string[];
  /**
   * `style="…"` in the page itself; React's styles at run time go through the CSSOM, which no policy
   * restricts.
   */
  styleAttributes: string[];
}

export const noHashes: PageHashes = { scripts: [], styles: [], styleAttributes: [] };

/**
 * Finds the inline scripts and styles of a page that this project built. Not a parser for pages of strangers.
 */
export function hashInline(html: string): PageHashes {
  return {
    scripts: hashAll(html, /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi),
    styles: hashAll(html, /<style[^>]*>([\s\S]*?)<\/style>/gi),
    styleAttributes: hashAll(withoutScripts(html), /\sstyle="([^"]*)"/gi, decodeAttribute),
  };
}

/**
 * @param connect further sources of `connect-src`: `ws:`/`wss:` of the same host for browsers whose `'self'`
 * leaves
 *   websockets out (Safari before 15.4), or the signaling server of pages on a file host
 */
export function contentSecurityPolicy(hashes: PageHashes, connect: readonly string[] = []): string {
  const directives = [
    "default-src 'none'",
    // The erasure code's kernel is WebAssembly; this allows compiling it and nothing wider.
    ["script-src 'self' 'wasm-unsafe-eval'", ...hashes.scripts].join(' '),
    ["style-src 'self'", ...hashes.styles].join(' '),
    hashes.styleAttributes.length > 0 && `style-src-attr 'unsafe-hashes' ${hashes.styleAttributes.join(' ')}`,
    // Received pictures and previews are blobs; icons of the stylesheet may be data.
    "img-src 'self' blob: data:",
    // The camera that scans a QR code.
    "media-src 'self' blob:",
    "font-src 'self'",
    // A decoder reads a picture by its blob URL.
    ["connect-src 'self' blob:", ...connect].join(' '),
    // browser-image-compression starts its worker from a blob, which inherits this policy.
    "worker-src 'self' blob:",
    // A zip on its way to the disk, which the service worker answers with (`lib/storage/stream-save.ts`).
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return directives.filter((directive) => directive !== false).join('; ');
}

/**
 * A policy in the page itself, for file hosts that send no headers. `frame-ancestors` has no effect there.
 */
export function withPolicyTag(html: string, connect: readonly string[] = []): string {
  const policy = contentSecurityPolicy(hashInline(html), connect);
  const tag = `<meta http-equiv="Content-Security-Policy" content="${policy}"/>`;
  const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
  return bare.replace(/<head[^>]*>/, (head) => head + tag);
}

function hashAll(html: string, pattern: RegExp, prepare = (text: string) => text): string[] {
  const sources = new Set<string>();
  for (const [, text = ''] of html.matchAll(pattern)) {
    sources.add(`'sha256-${createHash('sha256').update(prepare(text)).digest('base64')}'`);
  }
  return [...sources];
}

function withoutScripts(html: string): string {
  return html.replace(/<script[\s\S]*?<\/script>/gi, '');
}

function decodeAttribute(text: string): string {
  const decoded = text.replaceAll('&quot;', '"').replaceAll('&#x27;', "'");
  return decoded.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
