'use client';
/** The page texts of the person's language, for every component. */
import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { useStore } from '../../lib/store/use-store.ts';
import { settings } from '../settings.ts';
import { useFact } from '../ui/kit/use-fact.ts';
import { type Format, makeFormat } from './format.ts';
import { chooseLanguage, directionOf, type Language } from './languages.ts';
import { en, pagesText, type PagesText } from './pages-text.ts';
import { pagesCatalogue } from './translations.ts';
import { useTranslation } from './use-translation.ts';

export interface Text {
  t: PagesText;
  f: Format;
  language: Language;
}

const english: Text = { t: en, f: makeFormat('en'), language: 'en' };
const Context = createContext<Text>(english);

export function useText(): Text {
  return useContext(Context);
}

export function TextProvider({ children }: { children: ReactNode }) {
  const chosen = useStore(settings, (state) => state.language);
  const wanted = useFact<Language>(() => chooseLanguage(chosen ? [chosen] : navigator.languages), 'en');
  const { text, language } = useTranslation(wanted, en, pagesCatalogue, pagesText);
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }, [language]);
  const value = useMemo(
    () => (language === 'en' ? english : { t: text, language, f: makeFormat(language) }),
    [text, language],
  );
  return <Context value={value}>{children}</Context>;
}
