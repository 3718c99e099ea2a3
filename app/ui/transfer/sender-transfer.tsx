'use client';
/** One picture on the sender's page, from the choice to the receipt. */
import { lazy, memo, useCallback, useState } from 'react';
import type {
  SenderSession,
  SessionSnapshot,
  TransferSnapshot,
  TransferState,
} from '../../../lib/session/model.ts';
import { fileKind, fileLabel } from '../../../lib/image/file-kind.ts';
import type { OutboxItem } from '../../../lib/store/outbox.ts';
import { MESSAGE_TYPE } from '../../../lib/image/text-message.ts';
import { isFinal, isMoving } from '../../../lib/session/transfer-state.ts';
import { mayChoose, type SendStore } from '../../../lib/store/send-store.ts';
import { useText } from '../../text/text.tsx';
import { ChoiceDetails } from '../pick/choice-control.tsx';
import { Facts } from '../pick/facts.tsx';
import { FiguresRow } from '../network/figures.tsx';
import { NetworkDetails } from '../network/network-details.tsx';
import { useNamed } from '../kit/named.tsx';
import { noFigures } from '../../../lib/session/no-figures.ts';
import { ProblemNotice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import { FileIcon } from '../picture/file-icon.tsx';
import { PreviewPicture } from '../picture/picture-box.tsx';
import { PauseButton, restWords } from './pause-button.tsx';
import { Progress } from './progress.tsx';
import { TransferCard, Verified } from './transfer-card.tsx';
import ui from '../kit/ui.module.css';

const Message = lazy(() => import('./message.tsx'));
const Demonstration = lazy(() =>
  import('./demonstration.tsx').then(({ Demonstration }) => ({ default: Demonstration })),
);

interface Props {
  item: OutboxItem;
  transfer: TransferSnapshot | undefined;
  /** Of it only the path is drawn, in the report. */
  snapshot: SessionSnapshot | undefined;
  session: SenderSession | undefined;
  store: SendStore;
}

/** One picked picture: what it is, how it is sent, how far it is. */
export const SenderTransfer = memo(Drawn, sameProps);

function sameProps(before: Props, after: Props): boolean {
  return (
    before.item === after.item &&
    before.transfer === after.transfer &&
    before.session === after.session &&
    before.snapshot?.path === after.snapshot?.path
  );
}

function Drawn({ item, transfer, snapshot, session, store }: Props) {
  const { t, f } = useText();
  const named = useNamed();
  const state = shownState(item, transfer);
  const { outgoing, facts } = item;
  const byteLength = outgoing?.blob.size ?? item.file.size;
  const type = outgoing?.type ?? facts?.type ?? item.file.type;
  const isPicture = fileKind(item.name, type) === 'picture';
  const namesPlace = facts?.cleanable === true && facts.namesPlace !== 'none';
  const compact = !isPicture && !outgoing?.preview && !outgoing?.thumb;
  const width = outgoing?.width ?? facts?.width;
  const height = outgoing?.height ?? facts?.height;
  const readFile = useCallback(async () => item.file, [item.file]);
  const name = transfer?.name ?? outgoing?.name ?? item.name;
  const over = transfer ? isFinal(transfer) : item.stage.at === 'failed';
  const choosable = mayChoose(item, snapshot, store.getState().people);
  const about = [
    fileLabel(item.name, type) || t.facts.untyped,
    width && height ? t.facts.pixels(f.number(width), f.number(height)) : '',
    f.bytes(byteLength),
  ]
    .filter(Boolean)
    .join(' · ');
  const problem =
    transfer?.problem ?? (item.stage.at === 'failed' ? { code: item.stage.problem } : undefined);
  return (
    <TransferCard
      side="sender"
      name={name}
      savedAs={name.slice(name.lastIndexOf('/') + 1)}
      folders={name.split('/').slice(0, -1)}
      state={state}
      about={about}
      compact={compact}
      said={useSaid(item, transfer, state)}
      verified={state === 'done' && <Verified label={t.transfer.verified} hint={t.transfer.verifiedHint} />}
      picture={
        compact ? (
          <FileIcon name={item.name} type={type} />
        ) : (
          <PreviewPicture
            size={{ width, height }}
            thumb={outgoing?.thumb}
            preview={outgoing?.preview}
            alt={t.transfer.pictureOf(item.name)}
            none={item.stage.at === 'waiting' || item.stage.at === 'preparing' ? '' : t.transfer.noPreview}
          />
        )
      }
      below={
        <>
          {transfer && session && snapshot ? (
            <NetworkDetails session={session} snapshot={snapshot} transfer={transfer} />
          ) : (
            <FiguresRow figures={noFigures(byteLength)} sha256={undefined} began={false} />
          )}
          {/* What is no picture goes as it is, but for a film that names a place; one that was held back for
              the choice made needs another. */}
          {choosable && (isPicture || namesPlace || item.stage.at === 'held') && (
            <ChoiceDetails choice={item.choice} change={(choice) => store.chooseFor(item.id, choice)} />
          )}
          {outgoing && <Wire item={item} session={session} />}
        </>
      }
    >
      {transfer && (isMoving(transfer) || state === 'done') && <Progress transfer={transfer} />}
      {problem && state !== 'declined' && <ProblemNotice problem={problem} />}
      {facts && !over && (
        <Facts
          facts={facts}
          placeGone={item.outcome?.kind === 'location-removed' || item.outcome?.kind === 'smaller'}
          removePlace={
            choosable && facts.cleanable && item.choice.kind === 'original'
              ? () => store.chooseFor(item.id, { kind: 'without-location' })
              : undefined
          }
        />
      )}
      {item.file.type === MESSAGE_TYPE && (
        <Part>
          <Message read={readFile} copyable={false} />
        </Part>
      )}
      <Outcome item={item} />
      <div className={ui.row}>
        {state === 'held' && (
          <>
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              data-testid="offer-held"
              aria-label={named(t.transfer.offer)}
              onClick={() => store.offerHeld(item.id)}
            >
              {t.transfer.offer}
            </button>
            <button
              type="button"
              className={`${ui.button} ${ui.quiet}`}
              data-testid="remove-held"
              aria-label={named(t.transfer.remove)}
              onClick={() => store.remove(item.id)}
            >
              {t.transfer.remove}
            </button>
          </>
        )}
        {transfer && <PauseButton transfer={transfer} pause={(paused) => store.pause(item.id, paused)} />}
        {!over && state !== 'held' && (
          <button
            type="button"
            className={ui.button}
            data-testid="cancel"
            aria-label={named(t.transfer.cancel)}
            onClick={() => store.cancel(item.id)}
          >
            {t.transfer.cancel}
          </button>
        )}
        {over && state !== 'done' && (
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            data-testid="retry"
            aria-label={named(t.transfer.retry)}
            onClick={() => store.retry(item.id)}
          >
            {t.transfer.retry}
          </button>
        )}
        {over && (
          <button
            type="button"
            className={`${ui.button} ${ui.quiet}`}
            aria-label={named(t.transfer.remove)}
            onClick={() => store.remove(item.id)}
          >
            {t.transfer.remove}
          </button>
        )}
      </div>
    </TransferCard>
  );
}

/** A picture that was never handed over waits, whatever it is waiting for. */
export function shownState(item: OutboxItem, transfer: TransferSnapshot | undefined): TransferState {
  if (transfer) return transfer.state;
  if (item.stage.at !== 'failed') return 'queued';
  return item.stage.problem === 'cancelled-here' ? 'cancelled' : 'failed';
}

function useSaid(item: OutboxItem, transfer: TransferSnapshot | undefined, state: TransferState): string {
  const { t, f } = useText();
  const { stage } = item;
  if (stage.at === 'preparing' || stage.at === 'waiting') {
    const share = stage.at === 'preparing' ? stage.progress : undefined;
    return share === undefined
      ? t.choice.preparing
      : `${t.choice.preparing} ${f.percent(Math.floor(share * 100))}`;
  }
  if (transfer?.state === 'queued' && transfer.prepared !== undefined && transfer.prepared < 1) {
    return `${t.transfer.preparing} ${f.percent(Math.floor(transfer.prepared * 100))}`;
  }
  return (transfer && restWords(t, transfer)) ?? t.senderStates[state];
}

function Outcome({ item: { outcome } }: { item: OutboxItem }) {
  const { t, f } = useText();
  switch (outcome?.kind) {
    case 'location-removed':
      return (
        <p className={ui.small}>
          {t.choice.locationRemoved} {outcome.words && t.choice.wordsLeft}
        </p>
      );
    case 'nothing-to-remove':
      return (
        <p className={ui.small}>
          {t.choice.nothingToRemove} {outcome.words && t.choice.wordsLeft}
        </p>
      );
    case 'cannot-remove':
    case 'cannot-shrink':
      return (
        <p className={ui.notice} data-kind="warn">
          {outcome.kind === 'cannot-remove' ? t.choice.cannotRemove[outcome.reason] : t.choice.cannotShrink}
        </p>
      );
    case 'smaller': {
      const { before, after } = outcome;
      const saved = f.percent(Math.round((1 - after / before) * 100));
      return (
        <p className={`${ui.small} ${ui.numbers}`}>
          {t.choice.beforeAfter(f.bytes(before), f.bytes(after), saved)}
        </p>
      );
    }
    case 'not-a-picture':
      return <p className={ui.small}>{t.choice.notAPicture}</p>;
    case 'not-smaller':
      return <p className={ui.small}>{t.choice.notSmaller}</p>;
    case 'moves':
      return <p className={ui.small}>{t.choice.moves}</p>;
    case 'original':
    case undefined:
      return null;
  }
}

function Wire({ item, session }: { item: OutboxItem; session: SenderSession | undefined }) {
  const { t } = useText();
  const named = useNamed();
  const [open, setOpen] = useState(false);
  const { outgoing } = item;
  return (
    <details className={ui.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={named(t.demo.title)}>{t.demo.title}</summary>
      {open && outgoing && (
        <div>
          <Part>
            <Demonstration image={outgoing} header={() => session?.headerBytes(outgoing.id)} />
          </Part>
        </div>
      )}
    </details>
  );
}
