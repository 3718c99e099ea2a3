'use client';
/** One picture on the receiver's page. */
import { lazy, memo, useCallback, useEffect, useState } from 'react';
import type { ReceiverSession, SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { isFinal, isMoving } from '../../../lib/session/transfer-state.ts';
import type { ReceiveStore } from '../../../lib/store/receive-store.ts';
import { useText } from '../../text/text.tsx';
import { NetworkDetails } from '../network/network-details.tsx';
import { useNamed } from '../kit/named.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import { FileIcon } from '../picture/file-icon.tsx';
import { PauseButton } from './pause-button.tsx';
import { Progress } from './progress.tsx';
import { type ReceivedFile, receivedFile } from './received-file.ts';
import { ReceivedPicture } from '../picture/received-picture.tsx';
import { fileKind, fileLabel } from '../../../lib/image/file-kind.ts';
import { cleanPath } from '../../../lib/image/file-name.ts';
import { isMessage } from '../../../lib/image/text-message.ts';
import { saveFile } from '../../../lib/storage/save-file.ts';
import { neverShown } from '../../../lib/image/inspect/sniff.ts';
import { receiverWords } from './state-words.ts';
import { TransferCard, Verified } from './transfer-card.tsx';
import ui from '../kit/ui.module.css';
import { useFact } from '../kit/use-fact.ts';
import { canShareHere } from './can-share.ts';

const Share = lazy(() => import('./share.tsx'));
const partHere = () => import('./part-here.tsx');
const PartHere = lazy(partHere);
export const Message = lazy(() => import('./message.tsx'));

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
    const named = useNamed();
    const canShare = useFact(canShareHere, false);
    const [file, setFile] = useState<ReceivedFile>();
    const [accepted, setAccepted] = useState(false);
    const { id, name, type, byteLength, width, height, state, problem, part, space } = transfer;
    const shownType = file?.kind?.type ?? type;
    const path = cleanPath(name, shownType);
    const isPicture = fileKind(name, shownType) === 'picture';
    const about = [
      fileLabel(name, shownType) || t.facts.untyped,
      width && height ? t.facts.pixels(f.number(width), f.number(height)) : '',
      f.bytes(byteLength),
    ]
      .filter(Boolean)
      .join(' · ');
    const message = isMessage(transfer);
    const readMessage = useCallback(() => session.file(id), [session, id]);
    const took = useCallback((received: ReceivedFile) => setFile(received), []);
    const moving = isMoving(transfer);
    useEffect(() => {
      // Where the connection is lost the server may be out of reach, too, and with it this part of the page.
      if (moving) void partHere().catch(() => undefined);
    }, [moving]);
    return (
      <TransferCard
        side="receiver"
        name={name}
        savedAs={path.name}
        folders={path.folders}
        state={state}
        about={about}
        said={receiverWords(t, transfer, shownType)}
        compact={!isPicture && !transfer.thumb && !transfer.preview}
        verified={state === 'done' && <Verified label={t.transfer.verified} hint={t.transfer.verifiedHint} />}
        picture={
          message ? (
            <FileIcon name={name} type={type} />
          ) : (
            <ReceivedPicture
              session={session}
              transfer={transfer}
              accepted={accepted}
              onFile={took}
              open={state === 'done' ? () => open(id) : undefined}
            />
          )
        }
        below={<NetworkDetails session={session} snapshot={snapshot} transfer={transfer} />}
      >
        {(moving || state === 'done') && <Progress transfer={transfer} />}
        {problem && state !== 'declined' && <ProblemNotice problem={problem} />}
        {part !== undefined && state === 'failed' && (
          <Part>
            <PartHere
              name={name}
              byteLength={byteLength}
              part={part}
              read={() => session.beginning(id)}
              saved={(readFor) => store.noteRead(id, readFor)}
              discard={() => store.throwAway(id)}
              explains={problem?.code !== 'interrupted'}
            />
          </Part>
        )}
        {state === 'offered' && space !== undefined && byteLength > space && (
          <div className={ui.notice} data-kind="warn" data-testid="no-space">
            {t.part.space(f.bytes(space))}
          </div>
        )}
        {isPicture && (file ? file.show === 'unknown-format' : moving && neverShown(type)) && (
          <Notice kind="plain">{t.transfer.notShowable(fileLabel(name, shownType))}</Notice>
        )}
        {file?.show === 'unsure' && <Notice kind="plain">{t.transfer.unsure}</Notice>}
        {file?.show === 'too-many-pixels' && <Notice kind="plain">{t.transfer.tooManyPixels}</Notice>}
        {message && state === 'done' && (
          <Part>
            <Message read={readMessage} copyable />
          </Part>
        )}
        <div className={ui.row}>
          {state === 'offered' && (
            <>
              <button
                type="button"
                className={`${ui.button} ${ui.primary}`}
                data-testid="accept"
                aria-label={named(t.transfer.accept)}
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
                aria-label={named(t.transfer.decline)}
                onClick={() => store.decline(id)}
              >
                {t.transfer.decline}
              </button>
            </>
          )}
          <PauseButton transfer={transfer} pause={(paused) => store.pause(id, paused)} />
          {!isFinal(transfer) && state !== 'offered' && (
            <button
              type="button"
              className={ui.button}
              data-testid="cancel"
              aria-label={named(t.transfer.cancel)}
              onClick={() => store.cancel(id)}
            >
              {t.transfer.cancel}
            </button>
          )}
          {state === 'done' && (
            <>
              <Download session={session} transfer={transfer} saved={store.markSaved} primary={!message} />
              {canShare && !message && (
                <Part>
                  <Share
                    session={session}
                    transfers={[transfer]}
                    label={t.transfer.share}
                    saved={store.markSaved}
                  />
                </Part>
              )}
              <button
                type="button"
                className={ui.button}
                data-testid="throw-away"
                aria-label={named(t.kept.throwAway)}
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
  primary = true,
}: {
  session: Pick<ReceiverSession, 'file'>;
  primary?: boolean;
  transfer: Pick<TransferSnapshot, 'id' | 'name' | 'modified'>;
  /** `readFor`: see `saveFile`. */
  saved: (transfers: readonly string[], readFor: number) => void;
}) {
  const { t } = useText();
  const named = useNamed();
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
        className={primary ? `${ui.button} ${ui.primary}` : ui.button}
        data-testid="download"
        aria-label={named(state === 'saving' ? t.transfer.saving : t.transfer.download)}
        disabled={state === 'saving'}
        onClick={() => void save()}
      >
        {state === 'saving' ? t.transfer.saving : t.transfer.download}
      </button>
      {state === 'failed' && <p role="alert">{t.transfer.saveFailed}</p>}
    </>
  );
}
