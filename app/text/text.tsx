'use client';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { useStore } from '../../lib/store/use-store.ts';
import { settings } from '../settings.ts';
import { type Catalogue, en } from './en.ts';
import { type Format, makeFormat } from './format.ts';

/** Autonyms: a person looks for the name of the language they can read. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', fr: 'Français' } as const;
export type Language = keyof typeof LANGUAGES;

export interface Text {
  t: Catalogue;
  f: Format;
  language: Language;
}

const english: Text = { t: en, f: makeFormat('en'), language: 'en' };
const Context = createContext<Text>(english);

export function useText(): Text {
  return useContext(Context);
}

/** The first language of the list that there is a catalogue for. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base !== undefined && Object.hasOwn(LANGUAGES, base)) return base as Language;
  }
  return 'en';
}

async function load(language: Language): Promise<Catalogue> {
  switch (language) {
    case 'en':
      return en;
    case 'de':
      return (await import('./de.ts')).de;
    case 'fr':
      return (await import('./fr.ts')).fr;
  }
}

/** English is in the page itself; another language replaces it once its catalogue is here. */
export function TextProvider({ children }: { children: ReactNode }) {
  const chosen = useStore(settings, (state) => state.language);
  const [loaded, setLoaded] = useState<{ t: Catalogue; language: Language }>();

  useEffect(() => {
    let current = true;
    const language = chooseLanguage(chosen ? [chosen] : navigator.languages);
    void load(language).then(
      (t) => {
        if (!current) return;
        setLoaded({ t, language });
        document.documentElement.lang = language;
      },
      // Offline and not cached: the page stays in the language it has.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [chosen]);

  const text = useMemo(
    () => (loaded ? { t: loaded.t, language: loaded.language, f: makeFormat(loaded.language) } : english),
    [loaded],
  );
  return <Context value={text}>{children}</Context>;
}
