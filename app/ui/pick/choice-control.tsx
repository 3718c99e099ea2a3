'use client';
import { memo, useEffect, useId, useRef, useState } from 'react';
import { type Choice, SMALLER } from '../../../lib/store/outbox.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import css from './choice-control.module.css';
import ui from '../kit/ui.module.css';

interface Props {
  choice: Choice;
  change: (choice: Choice) => void;
}

/** Closed until something else is wanted than what the line says. */
export const ChoiceDetails = memo(function ChoiceDetails({ choice, change }: Props) {
  const { t } = useText();
  const named = useNamed();
  const [open, setOpen] = useState(false);
  const titles = {
    original: t.choice.original,
    'without-location': t.choice.noLocation,
    smaller: t.choice.smaller,
  };
  return (
    <details className={ui.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-testid="choice" aria-label={named(`${t.choice.title}: ${titles[choice.kind]}`)}>
        {t.choice.title}: {titles[choice.kind]}
      </summary>
      {open && (
        <div>
          <ChoiceControl choice={choice} change={change} />
        </div>
      )}
    </details>
  );
});

const SIDES = [1024, 1600, 2048, 3072, 4096];

/** A slider's value is taken once the hand rests: each new value encodes the picture again. */
const REST_MS = 350;

/** Original, original without location, or smaller with its two settings. */
function ChoiceControl({ choice, change }: Props) {
  const { t } = useText();
  const named = useNamed();
  const group = useId();
  const ways: readonly { value: Choice; title: string; hint: string }[] = [
    { value: { kind: 'original' }, title: t.choice.original, hint: t.choice.originalHint },
    { value: { kind: 'without-location' }, title: t.choice.noLocation, hint: t.choice.noLocationHint },
    { value: SMALLER, title: t.choice.smaller, hint: t.choice.smallerHint },
  ];
  return (
    <fieldset className={css.choices}>
      <legend className={ui.label}>{t.choice.title}</legend>
      {ways.map(({ value, title, hint }) => (
        <label key={value.kind} className={css.choice}>
          <input
            type="radio"
            name={group}
            value={value.kind}
            aria-label={named(title)}
            checked={choice.kind === value.kind}
            onChange={() => change(value)}
          />
          <span>{title}</span>
          <small>{hint}</small>
        </label>
      ))}
      {choice.kind === 'smaller' && <SmallerSettings choice={choice} change={change} />}
    </fieldset>
  );
}

function SmallerSettings({
  choice,
  change,
}: {
  choice: Choice & { kind: 'smaller' };
  change: (choice: Choice) => void;
}) {
  const { t, f } = useText();
  const id = useId();
  const [quality, setQuality] = useState(choice.quality);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const slide = (value: number) => {
    setQuality(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ ...choice, quality: value }), REST_MS);
  };
  return (
    <div className={css.settings}>
      <div className={ui.field}>
        <label className={ui.label} htmlFor={`${id}-q`}>
          {t.choice.quality} <span className={ui.numbers}>{f.percent(Math.round(quality * 100))}</span>
        </label>
        <input
          id={`${id}-q`}
          type="range"
          min="0.3"
          max="1"
          step="0.05"
          value={quality}
          onChange={(event) => slide(Number(event.target.value))}
        />
      </div>
      <div className={ui.field}>
        <label className={ui.label} htmlFor={`${id}-s`}>
          {t.choice.longestSide}
        </label>
        <select
          id={`${id}-s`}
          className={ui.input}
          value={choice.longestSide}
          onChange={(event) => change({ ...choice, longestSide: Number(event.target.value) })}
        >
          {SIDES.map((side) => (
            <option key={side} value={side}>
              {f.number(side)}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
