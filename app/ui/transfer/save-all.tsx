'use client';
import { useState } from 'react';
import {
  canSaveToFolder,
  saveAllAsZip,
  type SavedFile,
  type SaveOutcome,
  saveToFolder,
  shareFiles,
} from '../../../lib/storage/save.ts';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { canShareHere } from './can-share.ts';
import { receivedFile } from './received-file.ts';
import ui from '../kit/ui.module.css';
import { useFact } from '../kit/use-fact.ts';

/** A share sheet takes files in memory: more than this is for the zip or the folder. */
const MAX_SHARED = 20;

/**
 * Once several pictures are here: all of them at once, in whatever way the browser can. Loaded with the
 * second one.
 */
export function SaveAll({
  session,
  transfers,
  saved,
}: {
  session: ReceiverSession;
  transfers: readonly TransferSnapshot[];
  saved: (transfers: readonly string[]) => void;
}) {
  const { t } = useText();
  const canFolder = useFact(canSaveToFolder, false);
  const canShare = useFact(canShareHere, false);
  const [state, setState] = useState<'idle' | 'saving' | 'failed'>('idle');
  const [again, setAgain] = useState<() => Promise<SaveOutcome>>();

  const run = async (save: () => Promise<SaveOutcome>) => {
    setState('saving');
    setAgain(undefined);
    try {
      const all = transfers.map(({ id }) => id);
      const outcome = await save();
      if (outcome.kind === 'saved') saved(all);
      if (outcome.kind === 'press-again') setAgain(() => outcome.again);
      setState('idle');
    } catch {
      setState('failed');
    }
  };
  const share = async () => {
    const files: SavedFile[] = [];
    for await (const file of received(session, transfers)) files.push(file);
    return shareFiles(files);
  };
  const busy = state === 'saving';
  return (
    <div className={ui.row} data-testid="save-all">
      <button
        type="button"
        className={ui.button}
        data-testid="save-zip"
        disabled={busy}
        onClick={() => void run(() => saveAllAsZip(received(session, transfers), 'tessera.zip'))}
      >
        {busy ? t.transfer.saving : t.gallery.zip}
      </button>
      {canFolder && (
        <button
          type="button"
          className={ui.button}
          data-testid="save-folder"
          disabled={busy}
          onClick={() => void run(() => saveToFolder(received(session, transfers)))}
        >
          {t.gallery.folder}
        </button>
      )}
      {canShare && transfers.length <= MAX_SHARED && (
        <button
          type="button"
          className={ui.button}
          data-testid="share-all"
          disabled={busy}
          onClick={() => void run(share)}
        >
          {t.gallery.share}
        </button>
      )}
      {again && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary}`}
          data-testid="share-now"
          onClick={() => void run(again)}
        >
          {t.gallery.shareNow}
        </button>
      )}
      {state === 'failed' && <p role="alert">{t.transfer.saveFailed}</p>}
    </div>
  );
}

/** One after the other, so that never more than one is held. */
async function* received(
  session: ReceiverSession,
  transfers: readonly TransferSnapshot[],
): AsyncGenerator<SavedFile> {
  for (const transfer of transfers) {
    const { path, blob, modified } = await receivedFile(session, transfer);
    yield { name: path, blob, modified };
  }
}
