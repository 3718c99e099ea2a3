'use client';
import { savesByShareSheet } from '../../../lib/storage/save-file.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import ui from './ui.module.css';
import { useFact } from './use-fact.ts';

/** Each file is downloaded as it arrives; not where saving is a share sheet, which a press alone opens. */
export function SaveEachCheck({ testId }: { testId: string }) {
  const { t } = useText();
  const possible = useFact(() => !savesByShareSheet(), false);
  const each = useStore(settings, (state) => state.saveEach);
  if (!possible) return null;
  return (
    <label className={ui.check}>
      <input
        type="checkbox"
        data-testid={testId}
        checked={each}
        onChange={(event) => settings.setSwitch('saveEach', event.target.checked)}
      />
      <span className={ui.label}>{t.save.each}</span>
    </label>
  );
}
