import type { Page } from '@playwright/test';

/** Names of what the receiving page has in the browser's storage. */
export const stored = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('received').catch(() => undefined);
    const names: string[] = [];
    if (folder) for await (const name of folder.keys()) names.push(name);
    return names;
  });
