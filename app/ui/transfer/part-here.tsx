'use client';
/** What is here of a picture that ended before it was whole: saved as a part, or thrown away. */
import { useState } from 'react';
import { cleanPath } from '../../../lib/image/file-name.ts';
import { sniffType } from '../../../lib/image/inspect/sniff.ts';
import type { PartHere as Here } from '../../../lib/session/model.ts';
import { saveFile } from '../../../lib/storage/save-file.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import ui from '../kit/ui.module.css';
import css from './part-here.module.css';

/** Enough of a file to know its type. */
const SNIFF_BYTES = 4096;

interface Props {
  name: string;
  byteLength: number;
  part: Here;
  /** Its bytes from the start on. */
  read: () => Promise<Blob>;
  /** They were saved; a download may read them for so long, ms. */
  saved: (readFor: number) => void;
  discard: () => void;
  /** Says how it may go on, where nothing beside it does. */
  explains?: boolean;
}

export default function PartHere({ name, byteLength, part, read, saved, discard, explains = true }: Props) {
  const { t, f } = useText();
  const named = useNamed();
  const [failed, setFailed] = useState<'gone' | 'not-saved'>();
  const [saving, setSaving] = useState(false);
  const { hereBytes, prefixBytes } = part;

  const save = async () => {
    setSaving(true);
    setFailed(undefined);
    let here = false;
    try {
      const bytes = await read();
      const kind = sniffType(new Uint8Array(await bytes.slice(0, SNIFF_BYTES).arrayBuffer()));
      here = true;
      const type = kind?.type ?? 'application/octet-stream';
      const whole = cleanPath(name, type).name;
      const readFor = await saveFile(bytes.slice(0, bytes.size, type), t.part.name(whole));
      saved(readFor ?? 0);
    } catch {
      setFailed(here ? 'not-saved' : 'gone');
    }
    setSaving(false);
  };

  const [here, all] = [f.bytes(hereBytes), f.bytes(byteLength)];
  return (
    <div className={css.part} data-testid="part" data-here={hereBytes} data-prefix={prefixBytes}>
      <p>{prefixBytes > 0 ? t.part.here(here, all, f.bytes(prefixBytes)) : t.part.gaps(here, all)}</p>
      {explains && <p className={`${ui.soft} ${ui.small}`}>{t.part.goesOn}</p>}
      {failed && <p role="alert">{failed === 'gone' ? t.part.gone : t.transfer.saveFailed}</p>}
      <div className={ui.row}>
        {prefixBytes > 0 && (
          <button
            type="button"
            className={ui.button}
            data-testid="keep-part"
            aria-label={named(t.part.keep)}
            disabled={saving}
            onClick={() => void save()}
          >
            {t.part.keep}
          </button>
        )}
        <button
          type="button"
          className={ui.button}
          data-testid="discard-part"
          aria-label={named(t.part.discard)}
          onClick={discard}
        >
          {t.part.discard}
        </button>
      </div>
    </div>
  );
}
