'use client';
import { useState } from 'react';
import type { Switch } from '../../../lib/store/settings.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import ui from '../kit/ui.module.css';

/** How a person is called back to the page. All off at first. */
export function SignalSwitches() {
  const { t } = useText();
  const kept = useStore(settings, (state) => state);
  const [refused, setRefused] = useState(false);

  const change = async (name: Switch, on: boolean) => {
    if (name !== 'notify' || !on) return settings.setSwitch(name, on);
    const allowed = 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    setRefused(!allowed);
    settings.setSwitch('notify', allowed);
  };

  const switches = ['notify', 'sound', 'vibrate'] as const;
  return (
    <fieldset>
      <legend className={ui.label}>{t.settings.signals}</legend>
      {switches.map((name) => (
        <label key={name} className={ui.check}>
          <input
            type="checkbox"
            data-testid={`signal-${name}`}
            checked={kept[name]}
            onChange={(event) => void change(name, event.target.checked)}
          />
          <span className={ui.label}>{t.settings.signal[name]}</span>
        </label>
      ))}
      {refused && <p role="alert">{t.settings.refused}</p>}
      <p className={`${ui.soft} ${ui.small}`}>{t.settings.awake}</p>
    </fieldset>
  );
}
