import { expect, test } from 'vitest';
import { createSettingsStore, MAX_NAME_LENGTH, nameToSend, suggestName } from './settings.ts';

function memory(initial?: string): Pick<Storage, 'getItem' | 'setItem'> & { value: string | null } {
  return {
    value: initial ?? null,
    getItem() {
      return this.value;
    },
    setItem(_key, value) {
      this.value = value;
    },
  };
}

const CHROME_ON_ANDROID =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36';

test('the suggested name says which device it is', () => {
  expect(suggestName(CHROME_ON_ANDROID)).toBe('Chrome · Android');
  expect(
    suggestName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1'),
  ).toBe('Safari · iPhone');
  expect(suggestName('')).toBe('Guest');
});

test('a name is found again, and blank ones give way to the suggestion', () => {
  const storage = memory();
  const first = createSettingsStore();
  first.restore(storage, CHROME_ON_ANDROID);
  expect(nameToSend(first.getState())).toBe('Chrome · Android');
  first.setName('Ada');
  const second = createSettingsStore();
  second.restore(storage, '');
  expect(nameToSend(second.getState())).toBe('Ada');
  second.setName('   ');
  expect(nameToSend(second.getState())).toBe('Guest');
});

test('storage that is broken, hostile or full costs only the memory', () => {
  for (const kept of ['{', '[]', 'null', '{"name":7,"relayOnly":"yes"}', `{"name":"${'x'.repeat(999)}"}`]) {
    const store = createSettingsStore();
    store.restore(memory(kept), '');
    expect(store.getState().name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
    expect(store.getState().relayOnly).toBe(false);
  }
  const store = createSettingsStore();
  store.restore(
    {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
    },
    '',
  );
  store.setName('Ada');
  expect(store.getState().name).toBe('Ada');
});
