import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keptCertificate } from './certificate.ts';
import { startTestServer } from '../test-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tessera-certificate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const now = Date.now();

test('the certificate names localhost and every address, and is kept until one changes or its end is near', async () => {
  const first = await keptCertificate(folder, ['192.0.2.7'], now);
  const x509 = new X509Certificate(first.cert);
  expect(x509.checkHost('localhost')).toBe('localhost');
  for (const address of ['127.0.0.1', '::1', '192.0.2.7']) expect(x509.checkIP(address)).toBe(address);
  expect(x509.ca).toBe(false);
  expect((Date.parse(x509.validTo) - now) / 86_400_000).toBeCloseTo(365, 0);

  expect(await keptCertificate(folder, ['192.0.2.7'], now)).toEqual(first);
  // Another network for a day: the old certificate still does where it covers what is there.
  expect(await keptCertificate(folder, [], now)).toEqual(first);
  expect((await keptCertificate(folder, ['192.0.2.8'], now)).cert).not.toBe(first.cert);
  const later = now + 360 * 86_400_000;
  expect((await keptCertificate(folder, ['192.0.2.8'], later)).expiresAt).toBeGreaterThan(later);
});

test('the key is readable by its owner alone, and a damaged file is replaced', async () => {
  const file = join(folder, 'tessera.json');
  const { key } = await keptCertificate(folder, [], now);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100));
  expect((await keptCertificate(folder, [], now)).key).not.toBe(key);
});

test('a browser that trusts it gets the pages over https', async () => {
  const certificate = await keptCertificate(folder, [], now);
  const server = await startTestServer({ certificate });
  const status = await new Promise((resolve, reject) =>
    get({ port: server.port, host: 'localhost', family: 4, ca: certificate.cert }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject),
  );
  expect(status).toBe(200);
  await server.close();
});
