/** `docs/RATE.md` names constants and files in place of repeating numbers: they must be there. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const CORE = new URL('../', import.meta.url);
const DOCUMENT = readFileSync(new URL('../../docs/RATE.md', CORE), 'utf8');

test('every constant and every file that RATE.md names is one of the core', () => {
  const files = readdirSync(CORE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const source = files
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, CORE), 'utf8'))
    .join('\n');
  const constants = [...DOCUMENT.matchAll(/`([A-Z][A-Z_]+[A-Z])`/g)].map((match) => match[1] as string);
  const named = [...DOCUMENT.matchAll(/`([a-z-]+\.ts)`/g)].map((match) => match[1] as string);
  expect(constants.length).toBeGreaterThan(20);
  expect(constants.filter((name) => !new RegExp(`const ${name}\\b`).test(source))).toEqual([]);
  expect(named.filter((name) => !files.some((file) => file.endsWith(`/${name}`) || file === name))).toEqual(
    [],
  );
});
