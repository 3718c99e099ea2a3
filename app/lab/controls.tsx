'use client';
/** The laboratory's sliders: the path of the next experiment. */
import { useId, useState } from 'react';
import {
  clampSeed,
  type Conditions,
  MAX_SEED,
  presetOf,
  PRESETS,
  type Preset,
  RIVALS,
  type Rival,
  type Slider,
  SLIDERS,
  STOPS,
} from '../../lib/lab/conditions.ts';
import type { LabText } from '../text/lab-text.ts';
import ui from '../ui/kit/ui.module.css';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';

interface Props {
  conditions: Conditions;
  change: (change: Partial<Conditions>) => void;
  link: () => string;
}

export function Controls({ conditions, change, link }: Props) {
  const { t } = useLabText();
  const id = useId();
  const preset = presetOf(conditions);
  return (
    <section className={`${ui.card} ${css.controls}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className={ui.subtitle}>
        {t.network}
      </h2>
      <fieldset className={css.presets}>
        <legend className={ui.unseen}>{t.presets}</legend>
        {(Object.keys(PRESETS) as Preset[]).map((name) => (
          <button
            key={name}
            type="button"
            className={css.preset}
            aria-pressed={preset === name}
            data-testid={`lab-preset-${name}`}
            onClick={() => change(PRESETS[name])}
          >
            {t.preset[name]}
          </button>
        ))}
      </fieldset>
      {SLIDERS.map((name) => (
        <SliderField
          key={name}
          name={name}
          value={conditions[name]}
          onChange={(value) => change({ [name]: value })}
        />
      ))}
      <SeedField seed={conditions.seed} onChange={(seed) => change({ seed })} />
      <div className={ui.field}>
        <label className={ui.label} htmlFor={`${id}-rival`}>
          {t.rival}
        </label>
        <select
          id={`${id}-rival`}
          className={ui.input}
          value={conditions.rival}
          data-testid="lab-rival"
          aria-describedby={`${id}-rival-hint`}
          onChange={(event) => change({ rival: event.target.value as Rival })}
        >
          {RIVALS.map((rival) => (
            <option key={rival} value={rival}>
              {t.system[rival]}
            </option>
          ))}
        </select>
        <p id={`${id}-rival-hint`} className={`${ui.soft} ${ui.small}`}>
          {t.rivalHint}
        </p>
      </div>
      <CopyLink link={link} />
    </section>
  );
}

function SliderField({
  name,
  value,
  onChange,
}: {
  name: Slider;
  value: number;
  onChange: (value: number) => void;
}) {
  const { t, f } = useLabText();
  const id = useId();
  const stops = STOPS[name];
  const said = valueText(name, value, t, f);
  return (
    <div className={css.slider}>
      <label className={ui.label} htmlFor={id}>
        {t.slider[name]}
      </label>
      <output className={css.value} htmlFor={id}>
        {said}
      </output>
      <input
        id={id}
        type="range"
        min={0}
        max={stops.length - 1}
        step={1}
        value={stops.indexOf(value)}
        aria-valuetext={said}
        data-testid={`lab-${name}`}
        onChange={(event) => onChange(stops[Number(event.target.value)] ?? value)}
      />
    </div>
  );
}

function valueText(name: Slider, value: number, t: LabText, f: ReturnType<typeof useLabText>['f']): string {
  switch (name) {
    case 'loss':
      return f.percent(value);
    case 'burst':
      return t.packets(value);
    case 'roundTrip':
    case 'queue':
      return f.millis(value);
    case 'rate':
      return f.rate((value * 1e6) / 8);
    case 'lanes':
      return t.lanes(value);
  }
}

function SeedField({ seed, onChange }: { seed: number; onChange: (seed: number) => void }) {
  const { t } = useLabText();
  const id = useId();
  return (
    <div className={ui.field}>
      <label className={ui.label} htmlFor={id}>
        {t.seed}
      </label>
      <div className={css.seed}>
        <input
          id={id}
          className={ui.input}
          type="number"
          min={1}
          max={MAX_SEED}
          value={seed}
          aria-describedby={`${id}-hint`}
          data-testid="lab-seed"
          onChange={(event) => onChange(clampSeed(event.target.valueAsNumber))}
        />
        <button type="button" className={ui.button} onClick={() => onChange((seed % MAX_SEED) + 1)}>
          {t.another}
        </button>
      </div>
      <p id={`${id}-hint`} className={`${ui.soft} ${ui.small}`}>
        {t.seedHint}
      </p>
    </div>
  );
}

/** How long the button says that it has worked. */
const COPIED_MS = 3000;

function CopyLink({ link }: { link: () => string }) {
  const { t } = useLabText();
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link());
      setState('copied');
      setTimeout(() => setState('idle'), COPIED_MS);
    } catch {
      // Plain http, or forbidden.
      setState('refused');
    }
  };
  return (
    <div className={ui.field}>
      <button type="button" className={ui.button} data-testid="lab-copy" onClick={() => void copy()}>
        {state === 'copied' ? t.copied : t.copyLink}
      </button>
      <p className={state === 'refused' ? ui.small : ui.unseen} aria-live="polite">
        {state === 'refused' ? t.copyByHand : state === 'copied' ? t.copied : ''}
      </p>
    </div>
  );
}
