'use client';
import { useEffect } from 'react';
import { canSaveToFolder } from '../../lib/storage/save.ts';
import { savesByShareSheet } from '../../lib/storage/save-file.ts';
import type { ReceiveStore } from '../../lib/store/receive-store.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { settings } from '../settings.ts';
import { useText } from '../text/text.tsx';
import { Notice } from '../ui/kit/notice.tsx';
import ui from '../ui/kit/ui.module.css';
import { useFact } from '../ui/kit/use-fact.ts';
import { arrivals, chooseFolder, forgetFolder, saveEach, watchArrivals } from './arrivals.ts';

/** Where what arrives goes by itself. Loaded once there is a sender. */
export default function SaveArrivals({ store }: { store: ReceiveStore }) {
  const { t } = useText();
  // A share sheet opens from a press alone.
  const canEach = useFact(() => !savesByShareSheet(), false);
  const canFolder = useFact(canSaveToFolder, false);
  const { folder, failed } = useStore(arrivals, (all) => all);
  const each = useStore(settings, (state) => state.saveEach);
  useEffect(() => watchArrivals(store), [store]);
  return (
    <>
      {canEach && folder === undefined && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="save-each"
            checked={each}
            onChange={(event) => saveEach(store, event.target.checked)}
          />
          <span className={ui.label}>{t.save.each}</span>
        </label>
      )}
      {canFolder && folder === undefined && (
        <div>
          <button
            type="button"
            className={ui.button}
            data-testid="save-into"
            onClick={() => void chooseFolder(store).catch(() => arrivals.setState({ failed: true }))}
          >
            {t.save.into}
          </button>
        </div>
      )}
      {folder !== undefined && (
        <div data-testid="saved-into">
          <p>{t.save.intoNow(folder)}</p>
          <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={forgetFolder}>
            {t.save.stop}
          </button>
        </div>
      )}
      {failed && <Notice kind="bad">{t.transfer.saveFailed}</Notice>}
    </>
  );
}
