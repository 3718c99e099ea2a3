'use client';
/** Form fields that both rooms and the settings share. */
import { useId } from 'react';
import { MAX_NAME_LENGTH } from '../../../lib/store/settings.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import ui from './ui.module.css';

/** @param props.testId of another place than a room's form, which has its handle for itself */
export function NameField({ testId = 'name-input' }: { testId?: string }) {
  const { t } = useText();
  const id = useId();
  const name = useStore(settings, (state) => state.name);
  const suggested = useStore(settings, (state) => state.suggestedName);
  return (
    <div className={ui.field}>
      <label className={ui.label} htmlFor={id}>
        {t.name.label}
      </label>
      <input
        id={id}
        className={ui.input}
        data-testid={testId}
        value={name}
        placeholder={suggested}
        maxLength={MAX_NAME_LENGTH}
        autoComplete="name"
        dir="auto"
        aria-describedby={`${id}-hint`}
        onChange={(event) => settings.setName(event.target.value)}
      />
      <p id={`${id}-hint`} className={`${ui.soft} ${ui.small}`}>
        {t.name.hint}
      </p>
    </div>
  );
}

export function RelayOnlyField() {
  const { t } = useText();
  return (
    <details className={ui.details}>
      <summary>{t.room.options}</summary>
      <RelayOnlyCheck />
    </details>
  );
}

export function RelayOnlyCheck({ testId = 'relay-only' }: { testId?: string }) {
  const { t } = useText();
  const on = useStore(settings, (state) => state.relayOnly);
  return (
    <label className={ui.check}>
      <input
        type="checkbox"
        data-testid={testId}
        checked={on}
        onChange={(event) => settings.setRelayOnly(event.target.checked)}
      />
      <span className={ui.label}>{t.room.relayOnly}</span>
      <span className={`${ui.soft} ${ui.small}`}>{t.room.relayOnlyHint}</span>
    </label>
  );
}
