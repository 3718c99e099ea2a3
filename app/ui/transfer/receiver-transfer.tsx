'use client';
import { memo, useCallback, useState } from 'react';
import type { ReceiverSession, SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { isFinal, isMoving } from '../../../lib/session/transfer-state.ts';
import type { ReceiveStore } from '../../../lib/store/receive-store.ts';
import { useText } from '../../text/text.tsx';
import { NetworkDetails } from '../network/network-details.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import { Progress } from './progress.tsx';
import { type ReceivedFile, receivedFile } from './received-file.ts';
import { ReceivedPicture } from '../picture/received-picture.tsx';
import { fileKind, fileLabel } from '../../../lib/image/file-kind.ts';
import { cleanFileName } from '../../../lib/image/file-name.ts';
import { saveFile } from '../../../lib/storage/save-file.ts';
import { neverShown } from '../../../lib/image/inspect/sniff.ts';
import { TransferCard, Verified } from './transfer-card.tsx';
import ui from '../kit/ui.module.css';

interface Props {
  transfer: TransferSnapshot;
  snapshot: SessionSnapshot;
  session: ReceiverSession;
  store: ReceiveStore;
  open: (transfer: string) => void;
}

/** One offered or received picture. */
export const ReceiverTransfer = memo(
  function ReceiverTransfer({ transfer, snapshot, session, store, open }: Props) {
    const { t, f } = useText();
    const [file, setFile] = useState<ReceivedFile>();
    const [accepted, setAccepted] = useState(false);
    const { id, name, type, bytes, width, height, state, problem } = transfer;
    const shownType = file?.kind?.type ?? type;
    const isPicture = fileKind(name, shownType) === 'picture';
    const about = [
      fileLabel(name, shownType) || t.facts.untyped,
      width && height ? t.facts.pixels(f.number(width), f.number(height)) : '',
      f.bytes(bytes),
    ]
      .filter(Boolean)
      .join(' · ');
    const took = useCallback((received: ReceivedFile) => setFile(received), []);
    return (
      <TransferCard
        side="receiver"
        name={name}
        savedAs={cleanFileName(name, shownType)}
        state={state}
        about={about}
        said={isPicture ? t.receiverStates[state] : (t.fileStates[state] ?? t.receiverStates[state])}
        compact={!isPicture && !transfer.thumb && !transfer.preview}
        verified={state === 'done' && <Verified label={t.transfer.verified} hint={t.transfer.verifiedHint} />}
        picture={
          <ReceivedPicture
            session={session}
            transfer={transfer}
            accepted={accepted}
            onFile={took}
            open={state === 'done' ? () => open(id) : undefined}
          />
        }
        below={<NetworkDetails session={session} snapshot={snapshot} transfer={transfer} />}
      >
        {(isMoving(transfer) || state === 'done') && <Progress transfer={transfer} />}
        {problem && state !== 'declined' && <ProblemNotice problem={problem} />}
        {isPicture && (file ? file.show === 'unknown-format' : isMoving(transfer) && neverShown(type)) && (
          <Notice kind="plain">{t.transfer.notShowable(fileLabel(name, shownType))}</Notice>
        )}
        {file?.show === 'unsure' && <Notice kind="plain">{t.transfer.unsure}</Notice>}
        {file?.show === 'too-many-pixels' && <Notice kind="plain">{t.transfer.tooManyPixels}</Notice>}
        <div className={ui.row}>
          {state === 'offered' && (
            <>
              <button
                type="button"
                className={`${ui.button} ${ui.primary}`}
                data-testid="accept"
                onClick={() => {
                  setAccepted(true);
                  store.accept(id);
                }}
              >
                {t.transfer.accept}
              </button>
              <button
                type="button"
                className={ui.button}
                data-testid="decline"
                onClick={() => store.decline(id)}
              >
                {t.transfer.decline}
              </button>
            </>
          )}
          {!isFinal(transfer) && state !== 'offered' && (
            <button type="button" className={ui.button} data-testid="cancel" onClick={() => store.cancel(id)}>
              {t.transfer.cancel}
            </button>
          )}
          {state === 'done' && (
            <>
              <Download session={session} transfer={transfer} saved={store.markSaved} />
              <button
                type="button"
                className={ui.button}
                data-testid="throw-away"
                onClick={() => store.throwAway(id)}
              >
                {t.kept.throwAway}
              </button>
            </>
          )}
        </div>
      </TransferCard>
    );
  },
  (before, after) =>
    before.transfer === after.transfer &&
    before.session === after.session &&
    before.snapshot.path === after.snapshot.path &&
    before.open === after.open,
);

export function Download({
  session,
  transfer,
  saved,
}: {
  session: Pick<ReceiverSession, 'file'>;
  transfer: Pick<TransferSnapshot, 'id' | 'name' | 'modified'>;
  /** `readFor`: see `saveFile`. */
  saved: (transfers: readonly string[], readFor: number) => void;
}) {
  const { t } = useText();
  const [state, setState] = useState<'idle' | 'saving' | 'failed'>('idle');
  const save = async () => {
    setState('saving');
    try {
      const file = await receivedFile(session, transfer);
      const readFor = await saveFile(file.blob, file.name);
      if (readFor !== undefined) saved([transfer.id], readFor);
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <button
        type="button"
        className={`${ui.button} ${ui.primary}`}
        data-testid="download"
        disabled={state === 'saving'}
        onClick={() => void save()}
      >
        {state === 'saving' ? t.transfer.saving : t.transfer.download}
      </button>
      {state === 'failed' && <p role="alert">{t.transfer.saveFailed}</p>}
    </>
  );
}
