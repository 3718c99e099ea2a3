'use client';
/** Play, pause and speed of the laboratory's replay. */
import { useId } from 'react';
import { SPEEDS } from '../../lib/lab/replay.ts';
import ui from '../ui/kit/ui.module.css';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';
import type { Replay } from './use-replay.ts';

const STEPS = 1000;

export function ReplayBar({ replay, ready }: { replay: Replay; ready: boolean }) {
  const { t, f } = useLabText();
  const id = useId();
  const { position, end, running, speed } = replay;
  const time = `${f.duration(position / 1000)} / ${f.duration(end / 1000)}`;
  return (
    <section className={css.replay} aria-label={t.replay}>
      <button
        type="button"
        className={`${ui.button} ${ui.primary} ${css.play}`}
        disabled={!ready}
        data-testid="lab-play"
        data-running={running}
        onClick={running ? replay.pause : replay.play}
      >
        {running ? t.pause : t.play}
      </button>
      <button type="button" className={ui.button} disabled={!ready} onClick={() => replay.seek(0)}>
        {t.restart}
      </button>
      <fieldset className={css.speeds}>
        <legend className={ui.unseen}>{t.speed}</legend>
        {SPEEDS.map((choice) => (
          <label key={choice} title={t.speeds[choice]}>
            <input
              type="radio"
              name={`${id}-speed`}
              checked={choice === speed}
              aria-label={t.speeds[choice]}
              data-testid={`lab-speed-${choice}`}
              onChange={() => replay.setSpeed(choice)}
            />
            <span aria-hidden="true">{choice}×</span>
          </label>
        ))}
      </fieldset>
      <div className={css.position}>
        <label className={ui.unseen} htmlFor={`${id}-position`}>
          {t.position}
        </label>
        <input
          id={`${id}-position`}
          type="range"
          min={0}
          max={STEPS}
          value={end > 0 ? Math.round((STEPS * position) / end) : 0}
          aria-valuetext={time}
          disabled={!ready}
          data-testid="lab-position"
          onChange={(event) => replay.seek((end * Number(event.target.value)) / STEPS)}
        />
        <output className={css.value} htmlFor={`${id}-position`} data-testid="lab-time">
          {ready ? time : t.simulating}
        </output>
      </div>
    </section>
  );
}
