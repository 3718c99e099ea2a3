'use client';
/** What was offered to this page and what it has received. */
import { Fragment, lazy, useCallback, useState } from 'react';
import type { SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { isMoving } from '../../../lib/session/transfer-state.ts';
import type { ReceiveStore } from '../../../lib/store/receive-store.ts';
import { useText } from '../../text/text.tsx';
import { makeLabels } from '../kit/labels.ts';
import { Named } from '../kit/named.tsx';
import { Part } from '../kit/part.tsx';
import { CardRuns } from '../kit/runs.tsx';
import { isolate } from '../room/session-options.ts';
import { useWakeLock } from '../room/use-device.ts';
import ui from '../kit/ui.module.css';
import { ReceiverTransfer } from './receiver-transfer.tsx';
import { Totals } from './totals.tsx';

const Viewer = lazy(() => import('../picture/viewer.tsx').then(({ Viewer }) => ({ default: Viewer })));
const SaveAll = lazy(() => import('./save-all.tsx').then(({ SaveAll }) => ({ default: SaveAll })));

/**
 * Offers that are drawn at a time. A sender may have two thousand waiting before anyone has pressed anything,
 * and the cards of all of them stop a page for seconds: a hundred cost 0.2 s of a laptop's processor.
 */
const MAX_OFFERS_DRAWN = 24;

interface Props {
  store: ReceiveStore;
  snapshot: SessionSnapshot | undefined;
  transfers: readonly TransferSnapshot[];
}

/** Pictures of more than one person: each one's have their name above them. */
export const isOfSeveral = (transfers: readonly TransferSnapshot[]): boolean =>
  transfers.some(({ meeting }) => meeting !== transfers[0]?.meeting);

/** Every picture that came in one session, with what concerns several at once above them. */
export function ReceivedList({ store, snapshot, transfers }: Props) {
  const { t, f } = useText();
  const [viewed, setViewed] = useState<string>();
  const open = useCallback((id: string) => setViewed(id), []);
  const [labelsOf] = useState(makeLabels);
  const labels = labelsOf(transfers);
  const moving = transfers.some(isMoving);
  const awake = useWakeLock(moving);
  const session = store.session();
  const done = transfers.filter((transfer) => transfer.state === 'done');
  const offered = transfers.filter((transfer) => transfer.state === 'offered');
  const hidden = new Set(offered.slice(MAX_OFFERS_DRAWN));
  /** Places in the list; of most lists all are drawn. */
  const drawn =
    hidden.size === 0 ? undefined : [...transfers.keys()].filter((at) => !hidden.has(transfers[at]!));
  const several = isOfSeveral(transfers);
  const card = (place: number) => {
    const at = drawn?.[place] ?? place;
    const one = transfers[at]!;
    const before = transfers[drawn?.[place - 1] ?? place - 1];
    return (
      <Fragment key={one.id}>
        {several && one.meeting !== before?.meeting && (
          <h2 className={ui.subtitle} data-testid="from">
            {t.companion.from(one.sender ? isolate(one.sender) : t.join.someone)}
          </h2>
        )}
        <Named name={labels[at] ?? one.name}>
          <ReceiverTransfer
            transfer={one}
            snapshot={snapshot!}
            session={session!}
            store={store}
            open={open}
          />
        </Named>
      </Fragment>
    );
  };
  return (
    <>
      <Totals transfers={transfers} cancelAll={store.cancelAll} pauseAll={store.pauseAll} />
      {offered.length > 0 && snapshot?.memoryLimit !== undefined && (
        <p className={`${ui.soft} ${ui.small}`} data-testid="memory-only">
          {t.part.memory(f.bytes(snapshot.memoryLimit))}
        </p>
      )}
      {offered.length > 1 && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          data-testid="accept-offered"
          onClick={() => {
            for (const { id } of offered) store.accept(id);
          }}
        >
          {t.transfer.acceptAllNow}
        </button>
      )}
      {session && done.length > 1 && (
        <Part>
          <SaveAll session={session} transfers={done} saved={store.markSaved} />
        </Part>
      )}
      {moving && !awake && <p className={`${ui.soft} ${ui.small}`}>{t.device.wakeLockMissing}</p>}
      {session && snapshot && <CardRuns count={drawn?.length ?? transfers.length} card={card} />}
      {hidden.size > 0 && <p data-testid="more-offers">{t.transfer.moreOffers(hidden.size)}</p>}
      {session && viewed !== undefined && (
        <Part>
          <Viewer
            session={session}
            transfers={done}
            at={viewed}
            show={setViewed}
            close={() => setViewed(undefined)}
          />
        </Part>
      )}
    </>
  );
}
