'use client';
import { lazy, useCallback, useState } from 'react';
import type { Session, SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { isFinal, isMoving } from '../../../lib/session/transfer-state.ts';
import { useText } from '../../text/text.tsx';
import { ChunkMap } from './chunk-map.tsx';
import { FiguresRow } from './figures.tsx';
import { useNamed } from '../kit/named.tsx';
import { Part } from '../kit/part.tsx';
import css from './network-details.module.css';
import { Report } from './report.tsx';
import ui from '../kit/ui.module.css';

const Plots = lazy(() => import('./plots.tsx'));
const ChunkLog = lazy(() => import('./chunk-log.tsx').then(({ ChunkLog }) => ({ default: ChunkLog })));

type Views = Pick<Session, 'chunkMap' | 'chunkLog' | 'history'>;

interface Props {
  session: Views;
  snapshot: SessionSnapshot;
  transfer: TransferSnapshot;
}

/** What the network did to this picture, the same on both sides: numbers, map, plots, log, report. */
export function NetworkDetails({ session, snapshot, transfer }: Props) {
  const { t } = useText();
  const named = useNamed();
  const [open, setOpen] = useState(false);
  const { id, state, figures } = transfer;
  const moving = isMoving(transfer);
  const began = moving || (isFinal(transfer) && figures.chunksReceived > 0);
  const readMap = useCallback(() => session.chunkMap(id), [session, id]);
  const readLog = useCallback(() => session.chunkLog(id), [session, id]);
  const readHistory = useCallback(() => session.history(id), [session, id]);
  return (
    <div className={css.details}>
      <FiguresRow figures={figures} sha256={transfer.sha256} began={began} />
      {began && (
        <>
          {(moving || open) && <ChunkMap read={readMap} figures={figures} />}
          <details className={ui.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary aria-label={named(t.transfer.more)}>{t.transfer.more}</summary>
            {open && (
              <div className={css.more}>
                <Part fallback={<p className={css.loading} />}>
                  <Plots read={readHistory} live={moving} />
                  <ChunkLog read={readLog} live={moving} name={transfer.name} />
                </Part>
              </div>
            )}
          </details>
        </>
      )}
      {isFinal(transfer) && state !== 'declined' && figures.packetsSent + figures.packetsReceived > 0 && (
        <Report transfer={transfer} snapshot={snapshot} />
      )}
    </div>
  );
}
