'use client';
import { useState } from 'react';
import { MAX_DEVICES } from '../../../lib/session/devices/device-list.ts';
import type { SessionSnapshot } from '../../../lib/session/model.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { deviceStore } from '../../devices.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import css from './devices.module.css';
import { isolate } from './session-options.ts';
import ui from '../kit/ui.module.css';

interface Props {
  snapshot: SessionSnapshot;
  remember: (wanted: boolean) => void;
}

/** Whether the two devices that are connected shall meet without a code next time; both persons press. */
export default function RememberDevice({ snapshot, remember }: Props) {
  const { t } = useText();
  const named = useNamed();
  const { remembered: by = 'nobody' } = snapshot;
  const [store] = useState(deviceStore);
  const devices = useStore(store, (all) => all.devices);
  const known = devices.find(({ id }) => id === snapshot.device);
  const peer = snapshot.peerName ? isolate(snapshot.peerName) : t.devices.unnamed;
  const full = devices.length >= MAX_DEVICES && by !== 'both';
  return (
    <div className={css.remember} data-testid="remembering" data-by={by}>
      <output>
        {by === 'both' && t.devices.kept}
        {by === 'here' && t.devices.waiting(peer)}
        {by === 'there' && t.devices.wants(peer)}
      </output>
      {by === 'both' && known !== undefined && snapshot.role === 'receiver' && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="accept-next"
            aria-label={named(t.devices.acceptNext)}
            checked={known.acceptAll}
            onChange={(event) => store.setAcceptAll(known.id, event.target.checked)}
          />
          <span className={ui.label}>{t.devices.acceptNext}</span>
        </label>
      )}
      {by === 'both' && known !== undefined && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid="device-forget"
          aria-label={named(t.devices.forget)}
          onClick={() => store.forget(known.id)}
        >
          {t.devices.forget}
        </button>
      )}
      {full && <p className={`${ui.soft} ${ui.small}`}>{t.devices.full}</p>}
      {!full && (by === 'nobody' || by === 'there') && (
        <>
          <button type="button" className={ui.button} data-testid="remember" onClick={() => remember(true)}>
            {t.devices.remember(peer)}
          </button>
          <p className={`${ui.soft} ${ui.small}`}>{t.devices.rememberHint}</p>
        </>
      )}
      {by === 'here' && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid="remember-not"
          aria-label={named(t.devices.takeBack)}
          onClick={() => remember(false)}
        >
          {t.devices.takeBack}
        </button>
      )}
    </div>
  );
}
