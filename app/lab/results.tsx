'use client';
import { type Conditions, RIVALS } from '../../lib/lab/conditions.ts';
import { firstPictureAt, qualityOver, type QualityCurve } from '../../lib/lab/quality.ts';
import type { System, Timeline } from '../../lib/lab/timeline.ts';
import ui from '../ui/kit/ui.module.css';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';

interface Props {
  conditions: Conditions;
  timelines: Partial<Record<System, Timeline>>;
  curve: QualityCurve | undefined;
  limit: number | undefined;
}

const WAITING = '…';

/** One row for each way of sending; figures are in milliseconds beside the text, for programs. */
export function Results({ conditions, timelines, curve, limit }: Props) {
  const { t, f } = useLabText();
  const seconds = (millis: number) => f.duration(millis / 1000);
  return (
    <div className={ui.card}>
      <h2 id="lab-results" className={ui.subtitle}>
        {t.results}
      </h2>
      {/* A row scrolls by itself on the narrowest screens; keys can do it too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={css.scroll} tabIndex={0} aria-labelledby="lab-results">
        <table className={css.table} data-testid="lab-results">
          <thead>
            <tr>
              <th scope="col">{t.way}</th>
              <th scope="col">{t.firstPicture}</th>
              <th scope="col">{t.lastByte}</th>
              <th scope="col">{t.overLimit}</th>
              <th scope="col">{t.packetsLost}</th>
            </tr>
          </thead>
          <tbody>
            {(['tessera', ...RIVALS] as const).map((system) => {
              const timeline = timelines[system];
              const first = timeline && curve && firstPictureAt(qualityOver(timeline, curve));
              const done = timeline?.completeAt;
              return (
                <tr
                  key={system}
                  data-testid={`lab-row-${system}`}
                  data-shown={system === 'tessera' || system === conditions.rival}
                >
                  <th scope="row">{t.system[system]}</th>
                  <td data-millis={first}>
                    {first === undefined ? (timeline && curve ? t.never : WAITING) : seconds(first)}
                  </td>
                  <td data-millis={done}>
                    {done === undefined ? (timeline ? t.never : WAITING) : seconds(done)}
                  </td>
                  <td>{done === undefined || limit === undefined ? '' : f.percent((100 * done) / limit)}</td>
                  <td>
                    {timeline ? f.percent((100 * timeline.packets.lost) / timeline.packets.sent) : WAITING}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
      {limit !== undefined && <p className={`${ui.soft} ${ui.small}`}>{t.limit(seconds(limit))}</p>}
      <p className={`${ui.soft} ${ui.small}`}>{t.firstPictureHint}</p>
    </div>
  );
}
