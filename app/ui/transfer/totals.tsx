'use client';
import { fileKind } from '../../../lib/image/file-kind.ts';
import type { TransferSnapshot } from '../../../lib/session/model.ts';
import { isFinal, restsHere } from '../../../lib/session/transfer-state.ts';
import { totalsOf } from '../../../lib/store/receive-store.ts';
import { useText } from '../../text/text.tsx';
import css from './progress.module.css';
import ui from '../kit/ui.module.css';
import { mayPause } from './pause-button.tsx';

/** All pictures together; only when there are several. */
export function Totals({
  transfers,
  cancelAll,
  pauseAll,
}: {
  transfers: readonly TransferSnapshot[];
  cancelAll: (() => void) | undefined;
  pauseAll: (paused: boolean) => void;
}) {
  const { t, f } = useText();
  const totals = totalsOf(transfers);
  if (totals.pictures < 2) return null;
  const allPictures = transfers.every(({ name, type }) => fileKind(name, type) === 'picture');
  return (
    <div
      className={css.progress}
      data-testid="totals"
      data-done={totals.done}
      data-pictures={totals.pictures}
    >
      <div className={`${ui.row} ${ui.between}`}>
        <p className={ui.numbers}>
          {(allPictures ? t.transfer.total : t.transfer.totalFiles)(
            f.number(totals.done),
            f.number(totals.pictures),
          )}
          {' · '}
          <span className={ui.soft}>{f.bytes(totals.byteLength)}</span>
        </p>
        <PauseAll transfers={transfers} pauseAll={pauseAll} />
        {cancelAll && !transfers.every(isFinal) && (
          <button
            type="button"
            className={`${ui.button} ${ui.quiet}`}
            data-testid="cancel-all"
            onClick={cancelAll}
          >
            {t.transfer.cancelAll}
          </button>
        )}
      </div>
      <progress
        className={css.bar}
        max={Math.max(1, totals.byteLength)}
        value={totals.bytesReceived}
        aria-label={t.transfer.progress}
      />
    </div>
  );
}

/** Everything that is on its way rests, or goes on. */
function PauseAll({
  transfers,
  pauseAll,
}: {
  transfers: readonly TransferSnapshot[];
  pauseAll: (paused: boolean) => void;
}) {
  const { t } = useText();
  const moving = transfers.filter(mayPause);
  if (moving.length === 0) return null;
  const rest = moving.every(restsHere);
  return (
    <button
      type="button"
      className={`${ui.button} ${ui.quiet}`}
      data-testid={rest ? 'resume-all' : 'pause-all'}
      onClick={() => pauseAll(!rest)}
    >
      {rest ? t.transfer.resumeAll : t.transfer.pauseAll}
    </button>
  );
}
