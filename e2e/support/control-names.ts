/** What a screen reader calls the controls of a page (the accessibility tree of Chromium). */
import type { Page } from '@playwright/test';

/** Roles of what can be pressed, moved or read off. */
const CONTROLS = new Set([
  'button',
  'link',
  'checkbox',
  'radio',
  'slider',
  'combobox',
  'textbox',
  'progressbar',
  'DisclosureTriangle',
  'DisclosureTriangleGrouped',
]);

/** Names of all controls as a screen reader goes through the page, the landmarks' and lists' alike. */
export async function controlNames(page: Page): Promise<string[]> {
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  return nodes
    .filter(({ ignored, role }) => !ignored && CONTROLS.has(String(role?.value)))
    .map(({ role, name }) => `${String(role?.value)} "${String(name?.value ?? '')}"`);
}

/** Those that a list has more than once. */
export function twice(names: readonly string[]): string[] {
  return names.filter((name, at) => names.indexOf(name) !== at);
}
