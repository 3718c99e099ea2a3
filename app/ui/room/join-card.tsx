'use client';
import { useState } from 'react';
import { canConnect } from '../../../lib/session/can-connect.ts';
import { isAlmostCode, parseCode } from '../../../lib/session/pairing/code.ts';
import type { SessionSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { CodeField } from './code-field.tsx';
import { Connection } from './connection.tsx';
import { NameField, RelayOnlyField } from '../kit/fields.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import css from './room-card.module.css';
import { Scanner } from './scanner.tsx';
import ui from '../kit/ui.module.css';
import { useFact } from '../kit/use-fact.ts';

interface Props {
  snapshot: SessionSnapshot | undefined;
  joining: boolean;
  broken: boolean;
  /** From the address the page was opened with; nothing is sent before Join is pressed. */
  fragment: string | undefined;
  forgetFragment: () => void;
  /** They are about to press Join; called as often as one likes. */
  aboutToJoin: () => void;
  join: (code: string) => void;
}

/** The receiver's room: a name and the code, or the link that brought it. */
export function JoinCard({ snapshot, joining, broken, fragment, forgetFragment, aboutToJoin, join }: Props) {
  const { t } = useText();
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState(false);
  const able = useFact(canConnect, true);
  const state = snapshot?.connection;
  const asks = state === undefined || state === 'closed' || state === 'failed';
  // It was used up: another press of Join with it could only fail.
  if (state === 'connected' && code !== '') setCode('');
  const busy = joining || state === 'connecting' || state === 'waiting';

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
    <section className={ui.card} aria-label={t.room.stepJoin} tabIndex={-1} data-keeps-focus>
      <h2 className={ui.subtitle}>{asks || busy ? t.room.stepJoin : t.room.title}</h2>
      <Connection snapshot={snapshot} idle={t.connection.closed} />
      {!able && <ProblemNotice problem={{ code: 'webrtc-missing' }} />}
      {(asks || busy) && able && (
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
            disabled={busy}
            onPointerEnter={stir}
            onFocus={stir}
          >
            {busy ? t.join.joining : t.join.join}
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
          {broken && <Notice kind="bad">{t.app.broken}</Notice>}
        </form>
      )}
    </section>
  );
}
