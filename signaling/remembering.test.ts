import { expect, test, vi } from 'vitest';
import { remembering } from './remembering.ts';

test('asks once for the same arguments in a row, and again for others', () => {
  const ask = vi.fn<(host: string | undefined, port: number) => string>((host, port) => `${host}:${port}`);
  const known = remembering(ask);
  expect([known('a', 1), known('a', 1), known(undefined, 1), known('a', 1), known('a', 2)]).toEqual([
    'a:1',
    'a:1',
    'undefined:1',
    'a:1',
    'a:2',
  ]);
  expect(ask).toHaveBeenCalledTimes(4);
});
