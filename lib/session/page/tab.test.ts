import { afterEach, expect, test, vi } from 'vitest';

const LOCK = 'tessera:tab:';

afterEach(() => vi.unstubAllGlobals());

/**
 * A page with this session storage, in a browser where the locks of these names are held by other pages.
 * @param slept the page sleeps over the answers to so many requests
 */
async function pageWith(
  stored: Record<string, string>,
  held: readonly string[],
  slept = 0,
): Promise<typeof import('./tab.ts')> {
  let asked = 0;
  const names = new Set(held);
  const storage = { ...stored };
  const methods = {
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => void (storage[key] = value),
    removeItem: (key: string) => void delete storage[key],
  };
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(storage, name, { value, enumerable: false });
  vi.stubGlobal('sessionStorage', storage);
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('navigator', {
    locks: {
      request: async (name: string, { signal }: { signal: AbortSignal }, taken: () => Promise<void>) => {
        asked += 1;
        if (names.has(name) || asked <= slept)
          await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
        names.add(name);
        await taken();
      },
      query: async () => ({ held: [...names].map((name) => ({ name })) }),
    },
  });
  vi.resetModules();
  return import('./tab.ts');
}

test('a copy of a tab counts the first one among the other open tabs, though it asks before all else', async () => {
  const { otherOpenTabs, tabName } = await pageWith({ 'tessera:tab': 'first' }, [
    `${LOCK}first`,
    `${LOCK}third`,
  ]);
  expect(await otherOpenTabs()).toEqual(new Set(['first', 'third']));
  expect(tabName()).not.toBe('first');
});

test('a tab that was loaded anew keeps its name, and is none of the others', async () => {
  const { otherOpenTabs, tabName } = await pageWith({ 'tessera:tab': 'first' }, [`${LOCK}third`, 'another']);
  expect(await otherOpenTabs()).toEqual(new Set(['third']));
  expect(tabName()).toBe('first');
});

test('a tab that was loaded anew and slept while it asked for its name keeps it, and its way back', async () => {
  const { holdTab, tabName } = await pageWith(
    { 'tessera:tab': 'first', 'tessera:rejoin:receiver': 'x' },
    [],
    1,
  );
  await holdTab();
  expect(tabName()).toBe('first');
  expect(sessionStorage.getItem('tessera:rejoin:receiver')).toBe('x');
});
