import { useEffect, useState } from 'react';
import type { Messages } from './catalogue.ts';
import type { Language } from './languages.ts';

/**
 * A text in the language of the page: English is in the page itself, another language replaces it once its
 * catalogue is here.
 */
export function useTranslation<Text>(
  language: Language,
  english: Text,
  load: (language: Exclude<Language, 'en'>) => Promise<{ default: Messages }>,
  textOf: (translation: Messages, language: Language) => Text,
): { text: Text; language: Language } {
  const [loaded, setLoaded] = useState<{ text: Text; language: Language }>();
  useEffect(() => {
    let current = true;
    const set = (text: Text) => current && setLoaded({ text, language });
    if (language === 'en') set(english);
    else
      void load(language).then(
        (catalogue) => set(textOf(catalogue.default, language)),
        // Offline and not cached: the page stays in the language it has.
        () => undefined,
      );
    return () => {
      current = false;
    };
  }, [language, english, load, textOf]);
  return loaded ?? { text: english, language: 'en' };
}
