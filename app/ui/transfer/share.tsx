'use client';
import { useEffect, useState } from 'react';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';
import { canShareFiles, type SavedFile, shareFiles } from '../../../lib/storage/save.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import ui from '../kit/ui.module.css';
import { receivedFile } from './received-file.ts';

/**
 * The share sheet, for one picture or several. Their files are at hand before the press: a browser's
 * permission to open the sheet lapses within seconds of it.
 */
export default function Share({
  session,
  transfers,
  label,
  saved,
}: {
  session: Pick<ReceiverSession, 'file'>;
  transfers: readonly TransferSnapshot[];
  label: string;
  saved: (transfers: readonly string[]) => void;
}) {
  const { t } = useText();
  const named = useNamed();
  const [ready, setReady] = useState<{ of: string; files: SavedFile[] }>();
  const [failed, setFailed] = useState(false);
  const of = transfers.map(({ id }) => id).join();

  useEffect(() => {
    let current = true;
    Promise.all(transfers.map((transfer) => receivedFile(session, transfer))).then(
      (files) => {
        if (current) setReady({ of, files });
      },
      // One was thrown away meanwhile: the list is another one soon.
      () => undefined,
    );
    return () => {
      current = false;
    };
    // By their ids: the list itself is made anew.
    // oxlint-disable-next-line react-hooks/exhaustive-deps, react/exhaustive-effect-dependencies
  }, [session, of]);

  const files = ready?.of === of ? ready.files : undefined;
  if (files !== undefined && !canShareFiles(files)) return null;
  const share = async () => {
    if (files === undefined) return;
    try {
      setFailed(false);
      const { kind } = await shareFiles(files);
      if (kind === 'saved') saved(of.split(','));
      // The same button opens the sheet with the next press.
      setFailed(kind === 'press-again');
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      <button
        type="button"
        className={ui.button}
        data-testid="share"
        aria-label={named(label)}
        disabled={files === undefined}
        onClick={() => void share()}
      >
        {label}
      </button>
      {failed && <p role="alert">{t.transfer.saveFailed}</p>}
    </>
  );
}
