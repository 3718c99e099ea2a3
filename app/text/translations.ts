/** The translations, each a file that is loaded when its language is chosen. */
import type { Messages } from './catalogue.ts';
import type { Language } from './languages.ts';

type Translation = Exclude<Language, 'en'>;
type Loaded = Promise<{ default: Messages }>;

const PAGES: Record<Translation, () => Loaded> = {
  de: () => import('./catalogues/de/pages.json'),
  fr: () => import('./catalogues/fr/pages.json'),
};

const LAB: Record<Translation, () => Loaded> = {
  de: () => import('./catalogues/de/lab.json'),
  fr: () => import('./catalogues/fr/lab.json'),
};

export const pagesCatalogue = (language: Translation): Loaded => PAGES[language]();
export const labCatalogue = (language: Translation): Loaded => LAB[language]();
