'use client';
import { useEffect } from 'react';
import { canSaveToFolder } from '../../lib/storage/save.ts';
import type { ReceiveStore } from '../../lib/store/receive-store.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { useText } from '../text/text.tsx';
import { Notice } from '../ui/kit/notice.tsx';
import { SaveEachCheck } from '../ui/kit/save-each.tsx';
import ui from '../ui/kit/ui.module.css';
import { useFact } from '../ui/kit/use-fact.ts';
import { arrivals, chooseFolder, forgetFolder, watchArrivals } from './arrivals.ts';

/**
 * Where what arrives goes by itself. Loaded once there is a sender. `stores`: of all of them, since the
 * choice is one for the page.
 */
export default function SaveArrivals({ stores }: { stores: readonly ReceiveStore[] }) {
  const { t } = useText();
  const canFolder = useFact(canSaveToFolder, false);
  const { folder, failed } = useStore(arrivals, (all) => all);
  useEffect(() => {
    for (const store of stores) watchArrivals(store);
  }, [stores]);
  return (
    <>
      {folder === undefined && <SaveEachCheck testId="save-each" />}
      {canFolder && folder === undefined && (
        <div>
          <button
            type="button"
            className={ui.button}
            data-testid="save-into"
            onClick={() => void chooseFolder(stores).catch(() => arrivals.setState({ failed: true }))}
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
