'use client';
import { useEffect, useId, useRef } from 'react';
import { useText } from '../../text/text.tsx';
import css from './words-form.module.css';
import ui from '../kit/ui.module.css';

/** A text to be sent, typed or pasted; it goes only when the button is pressed. */
export function WordsForm({
  text,
  change,
  send,
}: {
  text: string;
  change: (text: string) => void;
  send: () => void;
}) {
  const { t } = useText();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  // It opened because the person pressed or pasted: what comes next is in it.
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      className={css.words}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') send();
      }}
    >
      <label className={ui.label} htmlFor={id}>
        {t.words.label}
      </label>
      <textarea
        id={id}
        ref={field}
        className={`${ui.input} ${css.text}`}
        data-testid="text-input"
        rows={4}
        dir="auto"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
            event.currentTarget.form?.requestSubmit();
        }}
      />
      <button
        type="submit"
        className={`${ui.button} ${ui.primary}`}
        data-testid="send-text"
        disabled={text.trim() === ''}
      >
        {t.words.send}
      </button>
    </form>
  );
}
