import { labDe } from '../text/lab-de.ts';
import { labEn, type LabCatalogue } from '../text/lab-en.ts';
import { labFr } from '../text/lab-fr.ts';
import { type Language, useText } from '../text/text.tsx';

const CATALOGUES: Record<Language, LabCatalogue> = { en: labEn, de: labDe, fr: labFr };

/** The laboratory's sentences, and the formats of the page, in the language of the page. */
export function useLabText() {
  const { t, f, language } = useText();
  return { t: CATALOGUES[language], shared: t, f };
}
