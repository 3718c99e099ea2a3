'use client';
/** What is left from before this page was loaded, drawn. Loaded where there is something. */
import { lazy, useCallback, useMemo, useState } from 'react';
import type { ReceiverSession, TransferSnapshot } from '../../lib/session/model.ts';
import { noFigures } from '../../lib/session/no-figures.ts';
import { fileKind, fileLabel } from '../../lib/image/file-kind.ts';
import { cleanPath } from '../../lib/image/file-name.ts';
import { isMessage } from '../../lib/image/text-message.ts';
import { type KeptFile, markSaved, noteRead, type UnfinishedFile } from '../../lib/storage/kept-files.ts';
import { useText } from '../text/text.tsx';
import { labelsOf } from '../ui/kit/labels.ts';
import { Named, useNamed } from '../ui/kit/named.tsx';
import { Part } from '../ui/kit/part.tsx';
import { FileIcon } from '../ui/picture/file-icon.tsx';
import { ReceivedPicture } from '../ui/picture/received-picture.tsx';
import { Download, Message } from '../ui/transfer/receiver-transfer.tsx';
import { TransferCard, Verified } from '../ui/transfer/transfer-card.tsx';
import ui from '../ui/kit/ui.module.css';
import css from './receiver-room.module.css';

const PartHere = lazy(() => import('../ui/transfer/part-here.tsx'));

/** Unfinished ones that are drawn: an album that broke off may have left two thousand. */
const MAX_PARTS_DRAWN = 20;

interface Props {
  shown: readonly KeptFile[];
  parts: readonly UnfinishedFile[];
  /** Of other tabs: counted. */
  others: readonly KeptFile[];
  otherParts: readonly UnfinishedFile[];
  throwAway: (ids: readonly string[]) => Promise<void>;
  showAll: () => void;
}

export default function KeptList({ shown, parts, others, otherParts, throwAway, showAll }: Props) {
  const { t, f } = useText();
  const source = useMemo(() => sourceOf(shown), [shown]);
  const labels = labelsOf(shown);
  const hidden = [...others, ...otherParts];
  return (
    <section
      className={`${ui.main} ${css.kept}`}
      aria-label={t.kept.title}
      data-testid="kept"
      tabIndex={-1}
      data-keeps-focus
    >
      <h2 className={ui.subtitle}>{t.kept.title}</h2>
      {shown.length > 0 && <p className={`${ui.soft} ${ui.small}`}>{t.kept.hint}</p>}
      {shown.map((one, at) => (
        <Named key={one.id} name={labels[at] ?? one.name}>
          <KeptCard one={one} source={source} throwAway={throwAway} />
        </Named>
      ))}
      {parts.length > 0 && <Unfinished parts={parts} throwAway={throwAway} />}
      {hidden.length > 0 && (
        <div className={css.unfinished} data-testid="leftovers">
          <p>
            {t.kept.others(
              others.length,
              otherParts.length,
              f.bytes(
                others.reduce((sum, { byteLength }) => sum + byteLength, 0) +
                  otherParts.reduce((sum, { hereBytes }) => sum + hereBytes, 0),
              ),
            )}
          </p>
          <div className={ui.row}>
            <button type="button" className={ui.button} data-testid="show-leftovers" onClick={showAll}>
              {t.kept.show}
            </button>
            <button
              type="button"
              className={ui.button}
              data-testid="throw-all-away"
              onClick={() => void throwAway(hidden.map(({ id }) => id))}
            >
              {t.kept.throwAll}
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

/** Parts of pictures, one by one. */
function Unfinished({
  parts,
  throwAway,
}: {
  parts: readonly UnfinishedFile[];
  throwAway: (ids: readonly string[]) => Promise<void>;
}) {
  const { t, f } = useText();
  const [now] = useState(Date.now);
  const shown = parts.slice(0, MAX_PARTS_DRAWN);
  const labels = labelsOf(shown);
  const more = parts.length - shown.length;
  return (
    <div className={css.unfinished} data-testid="unfinished">
      <h3>{t.kept.unfinished}</h3>
      <p className={`${ui.soft} ${ui.small}`}>{t.kept.unfinishedHint}</p>
      <ul className={css.parts}>
        {shown.map((one, at) => (
          <li key={one.id} data-testid="unfinished-file" data-name={one.name}>
            <Named name={labels[at] ?? one.name}>
              <p className={css.name}>
                <bdi>{cleanPath(one.name, one.type).name}</bdi>
              </p>
              <p className={`${ui.soft} ${ui.small}`}>{t.kept.changed(f.ago(one.changed, now))}</p>
              <Part>
                <PartHere
                  name={one.name}
                  byteLength={one.byteLength}
                  part={one}
                  read={async () => one.file}
                  saved={(readFor) => noteRead(one.id, readFor)}
                  discard={() => void throwAway([one.id])}
                  explains={false}
                />
              </Part>
            </Named>
          </li>
        ))}
      </ul>
      <div className={ui.row}>
        {more > 0 && <p data-testid="more-unfinished">{t.kept.more(more)}</p>}
        {parts.length > 1 && (
          <button
            type="button"
            className={ui.button}
            data-testid="throw-parts-away"
            onClick={() => void throwAway(parts.map(({ id }) => id))}
          >
            {t.kept.throwAll}
          </button>
        )}
      </div>
    </div>
  );
}

function KeptCard({
  one,
  source,
  throwAway,
}: {
  one: KeptFile;
  source: Pick<ReceiverSession, 'file' | 'read'>;
  throwAway: (ids: readonly string[]) => Promise<void>;
}) {
  const { t, f } = useText();
  const named = useNamed();
  const transfer = useMemo(() => snapshotOf(one), [one]);
  const saved = useCallback(
    (_: readonly string[], readFor: number) => void markSaved(one.id, readFor),
    [one],
  );
  const path = cleanPath(one.name, one.type);
  const message = isMessage(one);
  const readMessage = useCallback(() => source.file(one.id), [source, one.id]);
  const size = one.width && one.height ? t.facts.pixels(f.number(one.width), f.number(one.height)) : '';
  return (
    <TransferCard
      side="receiver"
      name={one.name}
      savedAs={path.name}
      folders={path.folders}
      state="done"
      compact={fileKind(one.name, one.type) !== 'picture'}
      about={[fileLabel(one.name, one.type) || t.facts.untyped, size, f.bytes(one.byteLength)]
        .filter(Boolean)
        .join(' · ')}
      said={t.receiverStates.done}
      verified={<Verified label={t.transfer.verified} hint={t.transfer.verifiedHint} />}
      picture={
        message ? (
          <FileIcon name={one.name} type={one.type} />
        ) : (
          <ReceivedPicture
            session={source}
            transfer={transfer}
            accepted={false}
            onFile={ignore}
            open={undefined}
          />
        )
      }
      below={null}
    >
      {message && (
        <Part>
          <Message read={readMessage} copyable />
        </Part>
      )}
      <div className={ui.row}>
        <Download session={source} transfer={transfer} saved={saved} primary={!message} />
        <button
          type="button"
          className={ui.button}
          data-testid="throw-away"
          aria-label={named(t.kept.throwAway)}
          onClick={() => void throwAway([one.id])}
        >
          {t.kept.throwAway}
        </button>
      </div>
    </TransferCard>
  );
}

const ignore = () => undefined;

const snapshotOf = ({
  id,
  name,
  type,
  byteLength,
  modified,
  width,
  height,
  sha256,
}: KeptFile): TransferSnapshot => ({
  id,
  name,
  type,
  byteLength,
  modified,
  ...(width === undefined || height === undefined ? {} : { width, height }),
  state: 'done',
  figures: noFigures(byteLength),
  sha256,
});

/** Used where a session is used for its own pictures. */
function sourceOf(finished: readonly KeptFile[]): Pick<ReceiverSession, 'file' | 'read'> {
  const files = new Map(finished.map((one) => [one.id, one]));
  return {
    async file(id) {
      const one = files.get(id);
      if (one === undefined) throw new Error('thrown away');
      return new File([one.file], one.name, { lastModified: one.modified });
    },
    read: () => Promise.reject(new RangeError('whole already')),
  };
}
