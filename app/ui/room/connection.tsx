'use client';
import type { SessionSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import css from './connection.module.css';
import { ProblemNotice } from '../kit/notice.tsx';
import { isolate } from './session-options.ts';
import ui from '../kit/ui.module.css';

/** Who is on the other side, how, and in what state. Always there, so that nothing jumps when it changes. */
export function Connection({
  snapshot,
  idle,
  goOn,
  leave,
}: {
  snapshot: SessionSnapshot | undefined;
  idle: string;
  /** Looks once more for the other side. */
  goOn?: () => void;
  /** Ends what goes on with them, or stops waiting for them. */
  leave?: (() => void) | undefined;
}) {
  const { t, f } = useText();
  const state = snapshot?.connection ?? 'waiting';
  const peer = snapshot?.peerName;
  const said =
    snapshot === undefined
      ? idle
      : state === 'connected' && peer
        ? t.room.with(isolate(peer))
        : snapshot.waitsAtDoor
          ? t.room.atDoor
          : t.connection[state];
  return (
    <div className={css.block}>
      <div
        className={css.line}
        data-testid="connection"
        data-state={state}
        data-idle={snapshot === undefined}
        data-at-door={snapshot?.waitsAtDoor}
        tabIndex={-1}
        data-takes-focus={state === 'connected' ? true : undefined}
      >
        <span className={css.dot} aria-hidden="true" />
        <output>{said}</output>
        {state === 'connected' && (
          <p className={`${ui.soft} ${ui.small} ${css.how}`}>
            {snapshot?.path && <span data-testid="path">{t.room[snapshot.path]}</span>}
            {snapshot && snapshot.lanes > 0 && <span>{t.room.lanes(snapshot.lanes)}</span>}
          </p>
        )}
      </div>
      {snapshot?.searchUntil !== undefined && (
        <p className={`${ui.soft} ${ui.small}`} data-testid="search-until">
          {t.room.searchUntil(f.time(snapshot.searchUntil))}
        </p>
      )}
      {snapshot?.problem && <ProblemNotice problem={snapshot.problem} />}
      {snapshot?.canContinue && goOn && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary} ${ui.wide}`}
          data-testid="continue"
          onClick={goOn}
        >
          {t.room.continue}
        </button>
      )}
      {snapshot &&
        state !== 'connected' &&
        !snapshot.serverOnline &&
        snapshot.problem?.code !== 'server-away' && <ProblemNotice problem={{ code: 'server-away' }} />}
      {snapshot?.fingerprint && state === 'connected' && (
        <details className={ui.details}>
          <summary>{t.room.compare}</summary>
          <div>
            <p className={css.fingerprint} data-testid="fingerprint">
              {snapshot.fingerprint}
            </p>
            <p className={`${ui.soft} ${ui.small}`}>{t.room.compareHint}</p>
          </div>
        </details>
      )}
      {leave && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet} ${css.leave}`}
          data-testid="leave"
          onClick={leave}
        >
          {snapshot?.canInvite ? t.people.sendAway : t.room.leave}
        </button>
      )}
    </div>
  );
}
