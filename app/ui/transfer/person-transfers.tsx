'use client';
import { useState } from 'react';
import { peopleOf } from '../../../lib/store/people.ts';
import type { Person, SendStore } from '../../../lib/store/send-store.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import { isolate } from '../room/session-options.ts';
import { SenderList } from './sender-list.tsx';
import ui from '../kit/ui.module.css';

interface Props {
  store: SendStore;
  people: readonly Person[];
}

/** What the others in the room get: the first one's cards once more for each, when they are opened. */
export default function PersonTransfers({ store, people }: Props) {
  return people
    .filter(({ snapshot }) => snapshot.transfers.length > 0)
    .map((person) => <OfPerson key={person.peer} store={store} person={person} />);
}

function OfPerson({ store, person }: { store: SendStore; person: Person }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const { peer, session, snapshot } = person;
  const name = snapshot.peerName === undefined ? t.people.unnamed : isolate(snapshot.peerName);
  const list = open ? peopleOf(store, () => settings.getState().rateLimit).listOf(person) : undefined;
  return (
    <details
      className={ui.details}
      data-testid="person-transfers"
      data-peer={peer}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t.people.for(name)}</summary>
      {list && (
        <div className={ui.main}>
          <SenderList
            items={list.items}
            snapshot={snapshot}
            session={session}
            store={list.store}
            whose={name}
          />
        </div>
      )}
    </details>
  );
}
