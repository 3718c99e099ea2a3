'use client';
import { useStore } from '../../lib/store/use-store.ts';
import type { ReceiveStore } from '../../lib/store/receive-store.ts';
import { useText } from '../text/text.tsx';
import SaveArrivals from '../receive/save-arrivals.tsx';
import ui from '../ui/kit/ui.module.css';
import { isolate } from '../ui/room/session-options.ts';
import { useAnnouncement } from '../ui/room/use-device.ts';
import { useTidings } from '../ui/room/use-tidings.ts';
import { ReceivedList } from '../ui/transfer/received-list.tsx';

interface Props {
  store: ReceiveStore;
  /** The person is connected, or looked for. */
  here: boolean;
}

/** What one receiver sends back. */
export default function ReturnedPictures({ store, here }: Props) {
  const { t } = useText();
  const { snapshot } = useStore(store, (all) => all);
  const announcement = useAnnouncement(snapshot);
  useTidings(snapshot);
  const transfers = snapshot?.transfers ?? [];
  const peer = isolate(snapshot?.peerName ?? '');
  if (transfers.length === 0) return null;
  return (
    <section
      className={ui.main}
      aria-label={t.companion.from(peer)}
      data-testid="way-back"
      tabIndex={-1}
      data-keeps-focus
    >
      <h2 className={ui.subtitle}>{t.companion.from(peer)}</h2>
      {here && <SaveArrivals store={store} />}
      {here && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="accept-all"
            checked={snapshot?.autoAccept ?? false}
            onChange={(event) => store.setAutoAccept(event.target.checked)}
          />
          <span className={ui.label}>{t.transfer.acceptAll(peer)}</span>
        </label>
      )}
      <ReceivedList store={store} snapshot={snapshot} transfers={transfers} />
      <output className={ui.unseen}>{announcement}</output>
    </section>
  );
}
