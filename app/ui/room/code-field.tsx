'use client';
/** The field for a code, and what it finds wrong with one. */
import { useId, useLayoutEffect, useRef } from 'react';
import { completeCode, parseCode } from '../../../lib/session/pairing/code.ts';
import { isWord, nearestWord } from '../../../lib/session/pairing/word-search.ts';
import { useText } from '../../text/text.tsx';
import css from './code-field.module.css';
import ui from '../kit/ui.module.css';

/** As many as fit on one line of a phone. */
const SUGGESTIONS = 4;

/** A room code: words are completed while typing, and a slip is shown before anything is sent. */
export function CodeField({ value, change }: { value: string; change: (value: string) => void }) {
  const { t } = useText();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // Typed before the page's scripts ran: React has heard of none of it, and would empty the field when it
  // draws it next.
  useLayoutEffect(() => {
    const typed = field.current?.value ?? '';
    if (typed !== value) change(typed);
    // oxlint-disable-next-line react/exhaustive-deps -- once
  }, []);
  const slip = findSlip(value);
  const complete = parseCode(value).kind !== 'malformed';
  const suggestions = complete || slip ? [] : completeCode(value, SUGGESTIONS);
  return (
    <div className={ui.field}>
      <label className={ui.label} htmlFor={id}>
        {t.join.code}
      </label>
      <input
        ref={field}
        id={id}
        className={`${ui.input} ${css.code}`}
        data-testid="code-input"
        value={value}
        placeholder={t.join.placeholder}
        dir="ltr"
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        inputMode="text"
        enterKeyHint="go"
        aria-invalid={slip !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => change(event.target.value)}
        onPaste={(event) => {
          const text = event.clipboardData.getData('text/plain');
          if (!/[\r\n]/.test(text) || parseCode(text).kind === 'malformed') return;
          // A field of one line would join the lines of a message, and a link with the word that follows it.
          event.preventDefault();
          change(text.replace(/\s+/g, ' ').trim());
        }}
      />
      {/* One line high in each of its three forms, so that the button below stays where it is. */}
      <div id={`${id}-hint`} className={`${css.below} ${ui.small}`} aria-live="polite">
        {slip ? (
          <p className={css.slip}>
            {slip.suggestion ? t.join.mistyped(slip.word, slip.suggestion) : t.join.unknownWord(slip.word)}
            {slip.whole && (
              <button type="button" className={css.chip} onClick={() => change(slip.whole ?? value)}>
                {t.join.use(slip.suggestion ?? slip.whole)}
              </button>
            )}
          </p>
        ) : suggestions.length > 0 ? (
          suggestions.map((text) => (
            <button
              key={text}
              type="button"
              className={css.chip}
              onClick={() => {
                change(text.split('-').length === 2 ? `${text}-` : text);
                document.getElementById(id)?.focus();
              }}
            >
              {text.split('-').at(-1)}
            </button>
          ))
        ) : (
          <p className={ui.soft}>{t.join.hint}</p>
        )}
      </div>
    </div>
  );
}

export interface Slip {
  word: string;
  suggestion: string | undefined;
  /** The whole code with the word set right, if the rest allows it. */
  whole: string | undefined;
}

/**
 * The first word that cannot be one of the list any more: finished and unknown, or begun as no word begins.
 * While the code is still being typed its last word gets the benefit of the doubt.
 */
export function findSlip(text: string): Slip | undefined {
  const parsed = parseCode(text);
  if (parsed.kind !== 'malformed') return undefined;
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  const typing = /\p{L}$/u.test(text);
  for (const [at, word] of words.entries()) {
    if (isWord(word)) continue;
    const begun = typing && at === words.length - 1 && completeCode(`1-${word}`, 1).length > 0;
    // Two words run together are read by the parser once they are whole.
    if (begun || word.length < 3) continue;
    const suggestion = nearestWord(word);
    return { word, suggestion, whole: suggestion ? parsed.suggestion : undefined };
  }
  return undefined;
}
