'use client';
import { useText } from '../text/text.tsx';
import ui from '../ui/kit/ui.module.css';
import css from './about.module.css';
import { packages, version } from './served.generated.ts';
import { basePath } from '../base-path.ts';
import { useOperator } from './use-operator.ts';

/** The LGPL's library: where its source is, beside the licence that is served with it. */
const LIBHEIF_SOURCE = 'https://github.com/strukturag/libheif';

/** Which version this is, who runs it, and whose work is in it. */
export function AboutPage() {
  const { t } = useText();
  const { name, contact, source } = useOperator();
  return (
    <div className={ui.page}>
      <h1 className={ui.title}>{t.about.title}</h1>
      <section className={css.part}>
        <p data-testid="version">{t.about.version(version)}</p>
        {source && (
          <p>
            <a href={source} rel="noopener noreferrer" data-testid="source">
              {t.about.source}
            </a>
          </p>
        )}
      </section>
      {(name || contact) && (
        <section className={css.part} data-testid="operator">
          <h2 className={ui.subtitle}>{t.about.operator}</h2>
          {name && <p dir="auto">{name}</p>}
          {contact && (
            <p>
              <a href={contact} rel="noopener noreferrer">
                {contact.replace(/^mailto:/, '')}
              </a>
            </p>
          )}
        </section>
      )}
      <section className={css.part}>
        <h2 className={ui.subtitle}>{t.about.licences}</h2>
        <p>
          {t.about.licencesLead} <a href={`${basePath}/licences.txt`}>{t.about.allTexts}</a>
        </p>
        <p>
          {t.about.libheif} <a href={`${basePath}/vendor/libheif/LICENSE`}>{t.about.licence}</a>{' '}
          <a href={LIBHEIF_SOURCE} rel="noopener noreferrer">
            {t.about.librarySource}
          </a>
        </p>
        <ul className={css.packages} data-testid="packages">
          {packages.map((one) => (
            <li key={`${one.name} ${one.version}`}>
              <span translate="no">
                {one.name} {one.version}
              </span>
              <span className={ui.soft}>{one.licence}</span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
