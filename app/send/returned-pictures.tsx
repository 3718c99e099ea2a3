'use client';
import { useStore } from '../../lib/store/use-store.ts';
import { useText } from '../text/text.tsx';
import ui from '../ui/kit/ui.module.css';
import { isolate } from '../ui/room/session-options.ts';
import { useAnnouncement } from '../ui/room/use-device.ts';
import { useTidings } from '../ui/room/use-tidings.ts';
import { isOfSeveral, ReceivedList } from '../ui/transfer/received-list.tsx';
import type { Returns } from './sender-store.ts';

interface Props {
  of: Returns;
  /** Of the session beside it, while its person is there. */
  meeting: number | undefined;
}

/** What one receiver sends back. */
export default function ReturnedPictures({ of: { store, peer }, meeting }: Props) {
  const { t } = useText();
  const { snapshot } = useStore(store, (all) => all);
  const announcement = useAnnouncement(snapshot);
  useTidings(snapshot);
  const transfers = snapshot?.transfers ?? [];
  if (transfers.length === 0) return null;
  const nameOf = (name: string | undefined): string => (name ? isolate(name) : t.join.someone);
  const name = nameOf(transfers.at(-1)?.sender);
  // Of whoever sends something back now; the next one in the room may have sent nothing yet.
  const here = meeting !== undefined && snapshot?.meeting === meeting;
  return (
    <section
      className={ui.main}
      aria-label={t.companion.from(name)}
      data-testid="way-back"
      data-peer={peer}
      tabIndex={-1}
      data-keeps-focus
    >
      {!isOfSeveral(transfers) && <h2 className={ui.subtitle}>{t.companion.from(name)}</h2>}
      {here && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="accept-all"
            checked={snapshot.autoAccept ?? false}
            onChange={(event) => store.setAutoAccept(event.target.checked)}
          />
          <span className={ui.label}>{t.transfer.acceptAll(nameOf(snapshot.peerName))}</span>
        </label>
      )}
      <ReceivedList store={store} snapshot={snapshot} transfers={transfers} />
      <output className={ui.unseen}>{announcement}</output>
    </section>
  );
}
