/** Some of the scoreboard’s paths (`paths.ts`) in real browsers, where not the processor limits them. */
import type { Bench } from '../bench.ts';
import { spotCases } from '../cases.ts';
import type { CaseResult } from '../measure-case.ts';
import { percentText, secondsText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { sentPerNeeded, type TesseraTransfer } from '../tessera/transfer.ts';
import { measureCases } from './cases.ts';
import { ratioOf } from './cases-tables.ts';

export async function spots(bench: Bench): Promise<Result> {
  const results = await measureCases(bench, spotCases);
  return {
    name: 'spots',
    title: 'Some kind and unkind paths in browsers',
    notes: [
      'As in `cases.md`: two Chromiums, every datagram through the seeded relay, from `tessera:accepted` to `tessera:complete`. 10 and 20 Mbit/s, which two cores carry: the path is the limit. Time over limit: the first picture of a session, and median [smallest–largest] of the later ones. *Dropped*: share of the datagrams that met a full queue. *Sent*: packets for each that was needed.',
    ],
    tables: [
      {
        caption: 'Time over limit',
        header: ['path', 'limit', 'first', 'dropped', 'sent', 'later', 'dropped', 'sent', 'relay late by'],
        rows: results.map(rowOf),
      },
    ],
    charts: [],
    data: results,
  };
}

function rowOf(result: CaseResult): string[] {
  const { case: one, limitSeconds, first, later } = result;
  const all = [...(first ? [first] : []), ...later];
  const late = spreadOf(all.map(({ link }) => link?.latenessMeanMs ?? 0));
  return [
    one.title,
    secondsText(limitSeconds),
    first && limitSeconds ? (first.seconds / limitSeconds).toFixed(2) : '–',
    ...costOf(first ? [first] : []),
    spreadText(ratioOf(result)),
    ...costOf(later),
    late ? `${late.median.toFixed(1)} ms` : '–',
  ];
}

/** Medians of what a queue dropped, and of packets sent for each needed. */
function costOf(transfers: readonly TesseraTransfer[]): [string, string] {
  const dropped = transfers.map(({ link }) =>
    link ? link.toReceiver.droppedByQueue / Math.max(1, link.toReceiver.datagrams) : 0,
  );
  const sent = spreadOf(transfers.map(sentPerNeeded));
  return sent ? [percentText(spreadOf(dropped)?.median ?? 0), sent.median.toFixed(2)] : ['–', '–'];
}
