import { labCatalogue } from '../text/translations.ts';
import { labEnglish, labText } from '../text/lab-text.ts';
import { useText } from '../text/text.tsx';
import { useTranslation } from '../text/use-translation.ts';

/** The laboratory's sentences, and the formats of the page, in the language of the page. */
export function useLabText() {
  const { t, f, language } = useText();
  const { text } = useTranslation(language, labEnglish, labCatalogue, labText);
  return { t: text, shared: t, f };
}
