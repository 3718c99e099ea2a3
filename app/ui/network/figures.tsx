'use client';
import type { Figures } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import css from './figures.module.css';
import ui from '../kit/ui.module.css';

interface Props {
  figures: Figures;
  sha256: string | undefined;
  /** Before anything moved, zeros would only be in the way: they are there for programs, not for people. */
  began: boolean;
}

/** The numbers that say what the network did, plain digits so that they can be read by programs too. */
export function FiguresRow({ figures, sha256, began }: Props) {
  const { t } = useText();
  return (
    <dl className={began ? css.row : ui.unseen} aria-hidden={!began}>
      <div>
        <dt>{t.figures.chunks}</dt>
        <dd>
          <bdi dir="ltr">
            <span data-testid="chunks-received">{figures.chunksReceived}</span>
            {' / '}
            <span data-testid="chunks-total">{figures.chunksTotal}</span>
          </bdi>
        </dd>
      </div>
      <div>
        <dt>{t.figures.lost}</dt>
        <dd data-testid="chunks-lost">{figures.chunksLost}</dd>
      </div>
      <div>
        <dt>{t.figures.repaired}</dt>
        <dd data-testid="chunks-repaired">{figures.chunksRepaired}</dd>
      </div>
      <div>
        <dt>{t.figures.loss}</dt>
        <dd>
          <span data-testid="loss-percent">{oneDigit(figures.lossPercent)}</span> %
        </dd>
      </div>
      <div>
        <dt>{t.figures.success}</dt>
        <dd>
          <span data-testid="success-percent">{oneDigit(figures.successPercent)}</span> %
        </dd>
      </div>
      <div className={css.digest}>
        <dt>{t.figures.sha256}</dt>
        <dd data-testid="sha256" title={sha256}>
          {sha256 ?? ''}
        </dd>
      </div>
    </dl>
  );
}

/** Down, so that 99.97 % is not called 100. */
function oneDigit(percent: number): string {
  return String(Math.floor(percent * 10 + 1e-9) / 10);
}
