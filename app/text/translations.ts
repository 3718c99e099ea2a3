/** The translations, each a file that is loaded when its language is chosen. */
import type { Messages } from './catalogue.ts';
import type { Language } from './languages.ts';

type Translation = Exclude<Language, 'en'>;
type Loaded = Promise<{ default: Messages }>;

const PAGES: Record<Translation, () => Loaded> = {
  de: () => import('./catalogues/de/pages.json'),
  es: () => import('./catalogues/es/pages.json'),
  fr: () => import('./catalogues/fr/pages.json'),
  it: () => import('./catalogues/it/pages.json'),
  pl: () => import('./catalogues/pl/pages.json'),
  pt: () => import('./catalogues/pt/pages.json'),
  ar: () => import('./catalogues/ar/pages.json'),
  ja: () => import('./catalogues/ja/pages.json'),
  zh: () => import('./catalogues/zh/pages.json'),
};

const LAB: Record<Translation, () => Loaded> = {
  de: () => import('./catalogues/de/lab.json'),
  es: () => import('./catalogues/es/lab.json'),
  fr: () => import('./catalogues/fr/lab.json'),
  it: () => import('./catalogues/it/lab.json'),
  pl: () => import('./catalogues/pl/lab.json'),
  pt: () => import('./catalogues/pt/lab.json'),
  ar: () => import('./catalogues/ar/lab.json'),
  ja: () => import('./catalogues/ja/lab.json'),
  zh: () => import('./catalogues/zh/lab.json'),
};

export const pagesCatalogue = (language: Translation): Loaded => PAGES[language]();
export const labCatalogue = (language: Translation): Loaded => LAB[language]();
