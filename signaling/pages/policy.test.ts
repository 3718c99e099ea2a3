import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentSecurityPolicy, hashInline, noHashes, withPolicyTag } from './policy.ts';

const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const page =
  '<!DOCTYPE html><html><head><meta charSet="utf-8"/><script src="/a.js" async=""></script></head>' +
  '<body style="color:&quot;red&quot;"><script id="_R_">one("<b style=\\"x\\">")</script><script>two()</script></body></html>';

test('inline scripts are allowed by hash, scripts from files and attributes inside scripts are not hashed', () => {
  expect(hashInline(page)).toEqual({
    scripts: [sha('one("<b style=\\"x\\">")'), sha('two()')],
    styles: [],
    styleAttributes: [sha('color:"red"')],
  });
});

test('nothing unsafe is allowed beyond compiling WebAssembly', () => {
  const policy = contentSecurityPolicy(noHashes);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toContain("'unsafe-inline'");
  expect(policy).not.toMatch(/'unsafe-eval'|'unsafe-hashes'|\*/);
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
});

test('the policy in the page stands before every script and is written once', () => {
  const once = withPolicyTag(page);
  expect(withPolicyTag(once)).toBe(once);
  expect(once.indexOf('Content-Security-Policy')).toBeLessThan(once.indexOf('<script'));
  expect(once).toContain(sha('two()'));
  expect(hashInline(once)).toEqual(hashInline(page));
});
