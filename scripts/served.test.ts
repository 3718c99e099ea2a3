import { expect, test } from 'vitest';
import { servedPackages } from './served.mjs';

test('what the pages import, and what that needs, is named with its licence; what builds them is not', () => {
  const served = new Map(servedPackages().map((one) => [one.name, one]));
  for (const name of ['next', 'react-dom', 'simple-peer', 'readable-stream', 'socket.io-client', 'qr'])
    expect(served.get(name)?.licence, name).toMatch(/MIT/);
  expect(served.get('libheif-js')?.licence).toBe('LGPL-3.0');
  expect(served.get('libheif-js')?.text).toMatch(/GNU LESSER GENERAL PUBLIC LICENSE/);
  for (const name of ['typescript', 'vitest', 'socket.io', 'pino', 'postcss', 'sharp'])
    expect(served.has(name), name).toBe(false);
  for (const { name, version, text } of served.values()) {
    expect(version, name).toMatch(/^\d/);
    expect(text.length, name).toBeGreaterThan(20);
  }
});
