'use client';
import { memo, useMemo, useState } from 'react';
import type { SenderSession, SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import type { OutboxItem } from '../../../lib/store/outbox.ts';
import type { SendStore } from '../../../lib/store/send-store.ts';
import { finderIn } from '../../../lib/store/keep-identity.ts';
import { makeLabels } from '../kit/labels.ts';
import { Named } from '../kit/named.tsx';
import { CardRun, CARDS_IN_RUN, firstsOf, MAX_WHOLE_LIST } from '../kit/runs.tsx';
import { SenderTransfer } from './sender-transfer.tsx';

interface Props {
  items: readonly OutboxItem[];
  snapshot: SessionSnapshot | undefined;
  session: SenderSession | undefined;
  store: SendStore;
  /** For whom: there are several lists of the same pictures. */
  whose?: string;
}

/** Every picked picture. While one is prepared the others stay as they are, whatever their number. */
export function SenderList({ items, snapshot, session, store, whose }: Props) {
  const known = snapshot?.transfers;
  const find = useMemo(() => finderIn(known ?? []), [known]);
  const [labelsOf] = useState(makeLabels);
  const plain = labelsOf(items);
  const labels = useMemo(
    () => (whose === undefined ? plain : plain.map((label) => `${label}, ${whose}`)),
    [plain, whose],
  );
  const group = (from: number) => {
    const some = items.slice(from, from + CARDS_IN_RUN);
    return (
      <Group
        key={from}
        items={some}
        labels={labels.slice(from, from + CARDS_IN_RUN)}
        transfers={some.map(({ stage }, at) =>
          stage.at === 'sent' ? find(stage.transfer, from + at) : undefined,
        )}
        snapshot={snapshot}
        session={session}
        store={store}
      />
    );
  };
  return firstsOf(items.length, CARDS_IN_RUN).map((from) =>
    items.length <= MAX_WHOLE_LIST ? (
      group(from)
    ) : (
      <CardRun key={from} count={Math.min(CARDS_IN_RUN, items.length - from)} cards={() => group(from)} />
    ),
  );
}

const Group = memo(
  function Group({
    items,
    labels,
    transfers,
    snapshot,
    session,
    store,
  }: Props & { labels: readonly string[]; transfers: readonly (TransferSnapshot | undefined)[] }) {
    return items.map((item, at) => (
      <Named key={item.id} name={labels[at] ?? item.name}>
        <SenderTransfer
          item={item}
          transfer={transfers[at]}
          snapshot={snapshot}
          session={session}
          store={store}
        />
      </Named>
    ));
  },
  (before, after) =>
    before.session === after.session &&
    before.snapshot?.path === after.snapshot?.path &&
    before.items.length === after.items.length &&
    before.items.every((item, at) => item === after.items[at]) &&
    before.labels.every((label, at) => label === after.labels[at]) &&
    before.transfers.every((transfer, at) => transfer === after.transfers[at]),
);
