'use client';
import { useEffect, useId, useState } from 'react';
import { MAX_DEVICE_NAME, type Device } from '../../../lib/session/devices/device-list.ts';
import type { DeviceCall, Role } from '../../../lib/session/model.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { deviceStore } from '../../devices.ts';
import { useText } from '../../text/text.tsx';
import { labelsOf } from '../kit/labels.ts';
import { Named, useNamed } from '../kit/named.tsx';
import { ProblemNotice } from '../kit/notice.tsx';
import css from './devices.module.css';
import { sessionOptions } from './session-options.ts';
import ui from '../kit/ui.module.css';

interface Props {
  side: Role;
  call: (call: DeviceCall) => Promise<void>;
  /** Someone is met, or about to be. */
  busy: boolean;
}

/** Devices that can be met without a code. They can ring here as long as the page is open, busy or not. */
export default function Devices({ side, call, busy }: Props) {
  const { t } = useText();
  const id = useId();
  const [store] = useState(deviceStore);
  const { devices, present } = useStore(store, (all) => all);
  const some = devices.length > 0;
  useEffect(() => {
    if (!some) return undefined;
    return store.open({ role: side, server: sessionOptions(side).server }, call);
  }, [store, side, call, some]);

  if (!some || busy) return null;
  // Two browsers of the same kind may have the same name.
  const labels = labelsOf(devices.map(({ name }) => ({ name: name.trim() || t.devices.unnamed })));
  return (
    <section className={css.devices} aria-labelledby={id} data-testid="devices" data-present={present}>
      <h3 id={id} className={ui.label}>
        {t.devices.title}
      </h3>
      <ul className={css.list}>
        {devices.map((device, at) => (
          <Named key={device.id} name={labels[at] ?? device.name}>
            <Entry device={device} name={labels[at] ?? device.name} side={side} />
          </Named>
        ))}
      </ul>
      <p className={`${ui.soft} ${ui.small}`}>{t.devices.hint}</p>
    </section>
  );
}

function Entry({ device, name, side }: { device: Device; name: string; side: Role }) {
  const { t } = useText();
  const named = useNamed();
  const [store] = useState(deviceStore);
  const { ringing, problem } = useStore(store, (all) => all);
  return (
    <li className={css.device} data-testid="device">
      <div className={css.line}>
        <span className={css.name}>{name}</span>
        <button
          type="button"
          className={ui.button}
          data-testid="device-connect"
          aria-label={named(t.devices.connect)}
          disabled={ringing !== undefined}
          onClick={() => void store.connect(device.id)}
        >
          {ringing === device.id ? t.devices.ringing : t.devices.connect}
        </button>
      </div>
      {problem?.device === device.id && <ProblemNotice problem={problem} />}
      <details className={ui.details}>
        <summary aria-label={named(t.devices.change)}>{t.devices.change}</summary>
        <Change device={device} side={side} />
      </details>
    </li>
  );
}

function Change({ device, side }: { device: Device; side: Role }) {
  const { t } = useText();
  const named = useNamed();
  const id = useId();
  const [store] = useState(deviceStore);
  return (
    <div className={css.change}>
      <div className={ui.field}>
        <label className={ui.label} htmlFor={id}>
          {t.devices.name}
        </label>
        <input
          id={id}
          className={ui.input}
          data-testid="device-name"
          aria-label={named(t.devices.name)}
          dir="auto"
          maxLength={MAX_DEVICE_NAME}
          value={device.name}
          onChange={(event) => store.rename(device.id, event.target.value)}
        />
      </div>
      {side === 'receiver' && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="device-accept-all"
            aria-label={named(t.devices.acceptAll)}
            checked={device.acceptAll}
            onChange={(event) => store.setAcceptAll(device.id, event.target.checked)}
          />
          <span className={ui.label}>{t.devices.acceptAll}</span>
        </label>
      )}
      <button
        type="button"
        className={`${ui.button} ${ui.quiet}`}
        data-testid="device-forget"
        aria-label={named(t.devices.forget)}
        onClick={() => store.forget(device.id)}
      >
        {t.devices.forget}
      </button>
    </div>
  );
}
