'use client';
import { memo, useMemo } from 'react';
import type { SenderSession, SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import type { OutboxItem } from '../../../lib/store/outbox.ts';
import type { SendStore } from '../../../lib/store/send-store.ts';
import { labelsOf } from '../kit/labels.ts';
import { Named } from '../kit/named.tsx';
import { CardRun, MAX_WHOLE_LIST } from '../kit/runs.tsx';
import { SenderTransfer } from './sender-transfer.tsx';

interface Props {
  items: readonly OutboxItem[];
  snapshot: SessionSnapshot | undefined;
  session: SenderSession | undefined;
  store: SendStore;
  /** For whom: there are several lists of the same pictures. */
  whose?: string;
}

/**
 * Cards compared together when one changes: about the square root of 2,000, so that a change costs two of
 * those.
 */
const GROUP = 45;

/** Every picked picture. While one is prepared the others stay as they are, whatever their number. */
export function SenderList({ items, snapshot, session, store, whose }: Props) {
  const known = snapshot?.transfers;
  const byId = useMemo(() => new Map(known?.map((transfer) => [transfer.id, transfer])), [known]);
  const labels = useMemo(() => {
    const all = labelsOf(items);
    return whose === undefined ? all : all.map((label) => `${label}, ${whose}`);
  }, [items, whose]);
  const groups = [];
  for (let from = 0; from < items.length; from += GROUP) {
    const some = items.slice(from, from + GROUP);
    const transfers = some.map(({ stage }) => (stage.at === 'sent' ? byId.get(stage.transfer) : undefined));
    const group = (
      <Group
        key={from}
        items={some}
        labels={labels.slice(from, from + GROUP)}
        transfers={transfers}
        snapshot={snapshot}
        session={session}
        store={store}
      />
    );
    groups.push(
      items.length <= MAX_WHOLE_LIST ? (
        group
      ) : (
        <CardRun key={from} count={some.length}>
          {group}
        </CardRun>
      ),
    );
  }
  return groups;
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
