'use client';
import { useState } from 'react';
import { isAlmostCode, parseCode } from '../../../lib/session/pairing/code.ts';
import { useText } from '../../text/text.tsx';
import { CodeField } from './code-field.tsx';
import { NameField, RelayOnlyField } from '../kit/fields.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import css from './room-card.module.css';
import { Scanner } from './scanner.tsx';
import ui from '../kit/ui.module.css';

export interface EnterFormProps {
  /** Nothing is under way: a code may be entered. */
  asks: boolean;
  /** From the address the page was opened with; nothing is sent before Join is pressed. */
  fragment: string | undefined;
  forgetFragment: () => void;
  /** They are about to press Join; called as often as one likes. */
  aboutToJoin: () => void;
  join: (code: string) => void;
}

/** The guest's way in: a name and the code, or the link that brought it. */
export function EnterForm({ asks, fragment, forgetFragment, aboutToJoin, join }: EnterFormProps) {
  const { t } = useText();
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState(false);

  // It is a person, not a robot that looks at links, who approaches the button.
  const stir = () => {
    if (asks && isAlmostCode(fragment ?? code)) aboutToJoin();
  };

  const submit = () => {
    const entered = fragment ?? code;
    if (parseCode(entered).kind === 'malformed') {
      setRefused(true);
      return;
    }
    setRefused(false);
    join(entered.trim());
  };

  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {asks && (
        <>
          {fragment ? (
            <div>
              <Notice kind="good">{t.join.fromLink}</Notice>
              <button type="button" className={`${ui.button} ${ui.quiet}`} onClick={forgetFragment}>
                {t.join.typeInstead}
              </button>
            </div>
          ) : (
            <CodeField
              value={code}
              change={(value) => {
                setCode(value);
                setRefused(false);
                if (isAlmostCode(value)) aboutToJoin();
              }}
            />
          )}
          <NameField />
          <RelayOnlyField />
        </>
      )}
      {refused && <ProblemNotice problem={{ code: 'code-malformed' }} />}
      <button
        type="submit"
        className={`${ui.button} ${ui.primary} ${ui.wide}`}
        data-testid="join-room"
        disabled={!asks}
        onPointerEnter={stir}
        onFocus={stir}
      >
        {asks ? t.join.join : t.join.joining}
      </button>
      {asks && !fragment && (
        <Scanner
          opened={aboutToJoin}
          found={(text) => {
            setCode(text);
            if (parseCode(text).kind !== 'malformed') join(text);
            else setRefused(true);
          }}
        />
      )}
    </form>
  );
}
