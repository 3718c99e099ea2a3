'use client';
import { useEffect, useId, useRef } from 'react';
import { MAX_MEGABITS, THEMES } from '../../../lib/store/settings.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import { NameField, RelayOnlyCheck } from '../kit/fields.tsx';
import { SaveEachCheck } from '../kit/save-each.tsx';
import ui from '../kit/ui.module.css';
import css from './settings-dialog.module.css';
import { SignalSwitches } from './signal-switches.tsx';

/** What a person sets once: remembered in this browser, at once and without a button to confirm. */
export function SettingsDialog({ close }: { close: () => void }) {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const theme = useStore(settings, (state) => state.theme);

  useEffect(() => {
    const element = dialog.current;
    // Modal: the browser keeps the focus inside and gives it back afterwards.
    if (element && !element.open) element.showModal();
  }, []);

  return (
    <dialog
      ref={dialog}
      className={css.dialog}
      aria-labelledby={`${id}-title`}
      data-testid="settings"
      onClose={close}
      closedby="any"
    >
      <form method="dialog" className={css.sheet}>
        <h2 id={`${id}-title`} className={ui.subtitle}>
          {t.settings.title}
        </h2>
        <NameField testId="settings-name" />
        <fieldset className={css.choices}>
          <legend className={ui.label}>{t.settings.theme}</legend>
          {THEMES.map((choice) => (
            <label key={choice} className={css.choice}>
              <input
                type="radio"
                name={`${id}-theme`}
                value={choice}
                data-testid={`theme-${choice}`}
                checked={theme === choice}
                onChange={() => settings.setTheme(choice)}
              />
              <span>{t.settings.themes[choice]}</span>
            </label>
          ))}
        </fieldset>
        <RelayOnlyCheck testId="settings-relay-only" />
        <RateLimit />
        <SaveEachCheck testId="settings-save-each" />
        <SignalSwitches />
        <p className={`${ui.soft} ${ui.small}`}>{t.settings.kept}</p>
        <button type="submit" className={`${ui.button} ${ui.primary}`}>
          {t.settings.close}
        </button>
      </form>
    </dialog>
  );
}

/** Leaves room for others in the same network. */
function RateLimit() {
  const { t } = useText();
  const id = useId();
  const limit = useStore(settings, ({ rateLimit }) => rateLimit);
  return (
    <div>
      <label className={ui.label} htmlFor={id}>
        {t.settings.rateLimit}
      </label>
      <input
        id={id}
        className={ui.input}
        type="number"
        inputMode="decimal"
        min={0}
        max={MAX_MEGABITS}
        step="any"
        data-testid="rate-limit"
        aria-describedby={`${id}-hint`}
        value={limit === 0 ? '' : limit}
        onChange={(event) => settings.setRateLimit(event.target.valueAsNumber)}
      />
      <p id={`${id}-hint`} className={`${ui.soft} ${ui.small}`}>
        {t.settings.rateLimitHint}
      </p>
    </div>
  );
}
