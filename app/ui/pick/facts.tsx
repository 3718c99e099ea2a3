'use client';
import type { ImageFacts } from '../../../lib/store/image-tools.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import { Notice } from '../kit/notice.tsx';
import ui from '../kit/ui.module.css';

/** What the picture says about the person who sends it, before it is sent. */
export function Facts({
  facts,
  placeGone,
  removePlace,
}: {
  facts: ImageFacts;
  /** The choice made takes the place out. */
  placeGone: boolean;
  removePlace: (() => void) | undefined;
}) {
  const { t, f } = useText();
  const named = useNamed();
  const taken = facts.takenAt === undefined ? '' : f.dateTime(facts.takenAt);
  const rows = [
    facts.camera ? ([t.facts.camera, facts.camera] as const) : undefined,
    taken ? ([t.facts.taken, taken] as const) : undefined,
  ].filter((row) => row !== undefined);
  return (
    <>
      {rows.length > 0 && (
        <dl className={`${ui.row} ${ui.small}`}>
          {rows.map(([label, value]) => (
            <div key={label} className={ui.row}>
              <dt className={ui.soft}>{label}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {facts.namesPlace !== 'none' && !placeGone && (
        <Notice kind="warn">
          <p>
            {facts.namesPlace === 'yes' ? t.facts.placeWarning : t.facts.placePerhaps}{' '}
            <bdi className={ui.numbers} data-testid="place">
              {facts.place ? f.place(facts.place.latitude, facts.place.longitude) : facts.placeName}
            </bdi>
          </p>
          {removePlace && (
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              aria-label={named(t.facts.removePlace)}
              onClick={removePlace}
            >
              {t.facts.removePlace}
            </button>
          )}
        </Notice>
      )}
      {facts.looksConverted && <p className={`${ui.soft} ${ui.small}`}>{t.facts.converted}</p>}
    </>
  );
}
