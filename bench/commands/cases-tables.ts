/** The three tables of `npm run bench`. */
import { sentLimit } from '../limit.ts';
import type { CaseResult, ChannelRuns } from '../measure-case.ts';
import { percentText, reachText, secondsText, spreadText } from '../report/figures.ts';
import type { Table } from '../result.ts';
import { mapSpread, spreadOf, type Spread } from '../statistics.ts';
import { messageLoss, sentPerNeeded, withoutRepairRoundTrip } from '../tessera/transfer.ts';

/** Seconds of the later pictures, over the limit. */
export function ratioOf({ later, limitSeconds }: CaseResult): Spread | undefined {
  const spread = spreadOf(later.map(({ seconds }) => seconds));
  return spread && limitSeconds ? mapSpread(spread, (seconds) => seconds / limitSeconds) : undefined;
}

/** Tessera against its targets. */
export function targetsTable(results: readonly CaseResult[]): Table {
  return {
    caption: 'Tessera',
    header: [
      'case',
      'limit',
      'time',
      'time / limit',
      'reach',
      'first / limit',
      'first sight',
      'lanes',
      'failed',
    ],
    rows: results.map((result) => {
      const { case: one, limitSeconds, first, later, failures } = result;
      const ratio = ratioOf(result);
      const sights = later.map((each) => each.firstPictureSeconds).filter((each) => each !== undefined);
      return [
        one.title,
        secondsText(limitSeconds),
        secondsText(spreadOf(later.map(({ seconds }) => seconds))?.median),
        spreadText(ratio),
        reachText(ratio?.median, one.reach),
        first && limitSeconds ? (first.seconds / limitSeconds).toFixed(2) : '–',
        secondsText(spreadOf(sights)?.median),
        spreadText(spreadOf(later.map(({ figures }) => figures.lanes)), 0),
        failures.length > 0 ? `**${failures.length}**` : '0',
      ];
    }),
  };
}

/** What the same files take over plain channels. */
export function channelsTable(results: readonly CaseResult[]): Table {
  const compared = results.filter(({ confirmed }) => confirmed !== undefined);
  return {
    caption: 'Beside it: one data channel',
    header: [
      'case',
      'Tessera',
      'reliable, confirmed each MB (as PairDrop): first',
      'later',
      'reliable, 16 KB messages, buffer kept filled: first',
      'later',
      'unreliable, goodput',
    ],
    rows: compared.map(({ case: one, later, confirmed, buffered, unreliable }) => [
      one.title,
      secondsText(spreadOf(later.map(({ seconds }) => seconds))?.median),
      ...channelCells(confirmed),
      ...channelCells(buffered),
      `${spreadText(spreadOf(unreliable))} Mbit/s`,
    ]),
  };
}

function channelCells(runs: ChannelRuns | undefined): [string, string] {
  if (!runs) return ['–', '–'];
  const cap = `> ${Math.round(runs.maxSeconds)} s`;
  const later = spreadOf(runs.later);
  return [
    runs.first === undefined ? (runs.overCap ? cap : '–') : secondsText(runs.first),
    later ? `${spreadText(later)} s` : runs.overCap && runs.first !== undefined ? cap : '–',
  ];
}

/** What it cost the link. */
export function linkTable(results: readonly CaseResult[]): Table {
  return {
    caption: 'What Tessera sent, and what the link did to it',
    header: [
      'case',
      'packets sent / needed',
      'reach',
      'lane messages lost',
      'datagrams lost',
      'dropped by the queue',
      'queue delay, 95 % / most',
      'reach',
      'no repair round trip',
      'round trip seen',
      'longest task, sender / receiver',
      'relay late by',
    ],
    rows: results.map(({ case: one, later }) => {
      if (later.length === 0) return [one.title, ...Array.from({ length: 11 }, () => '–')];
      const middle = (values: readonly number[]): number => spreadOf(values)?.median ?? 0;
      const links = later.map(({ link }) => link?.toReceiver).filter((link) => link !== undefined);
      const sent = spreadOf(later.map(sentPerNeeded));
      const loss = middle(later.map(messageLoss));
      const share = (pick: (link: (typeof links)[number]) => number): string =>
        percentText(middle(links.map((link) => pick(link) / Math.max(1, link.datagrams))));
      const queue = middle(links.map((link) => link.queueP95Ms));
      const quick = later.filter(({ seconds }) => withoutRepairRoundTrip(seconds, one.link)).length;
      const late = later.map(({ link }) => link?.latenessMeanMs ?? 0);
      return [
        one.title,
        spreadText(sent),
        reachText(sent && Number(sent.median.toFixed(3)), Number(sentLimit(loss).toFixed(3))),
        percentText(loss),
        share((link) => link.lost),
        share((link) => link.droppedByQueue),
        `${queue.toFixed(0)} / ${Math.max(...links.map((link) => link.queueMaxMs)).toFixed(0)} ms`,
        reachText(queue, one.reachQueueMs),
        `${quick} of ${later.length}`,
        `${middle(later.map(({ figures }) => figures.roundTrip ?? 0)).toFixed(0)} ms`,
        `${Math.max(...later.map((each) => each.longestTaskMs.sender))} / ${Math.max(...later.map((each) => each.longestTaskMs.receiver))} ms`,
        `${middle(late).toFixed(1)} ms`,
      ];
    }),
  };
}
