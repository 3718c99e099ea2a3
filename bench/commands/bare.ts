/**
 * What this machine leaves for a protocol to gain: bare lanes with an ideal code and the path's rate given,
 * beside Tessera.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { targetCases, type Case } from '../cases.ts';
import { ChannelPair } from '../channel/channel-pair.ts';
import { limitSeconds } from '../limit.ts';
import { spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

/**
 * Lanes by case: enough windows of four and a half packets a round trip, as after a loss (`measurements`),
 * or the cap.
 */
const LANES: Readonly<Record<string, number>> = {
  '5mb-0': 32,
  '5mb-1': 64,
  '5mb-5': 128,
  '5mb-10': 128,
  '5mb-20': 192,
};
/** Picture bytes in a message. */
const CHUNK = 1024;
const MAX_TRANSFER_MS = 30_000;
const PAUSE_MS = 2000;
/** After the first of each session. */
const FILES = 3;

interface Row {
  one: Case;
  bare: number[];
  tessera: number[];
}

export async function bare(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  const rows: Row[] = targetCases
    .filter(({ name }) => (args.case === undefined ? name in LANES : name === args.case))
    .map((one) => ({ one, bare: [], tessera: [] }));
  for (let run = 0; run < args.runs; run++) {
    for (const { one, bare, tessera } of rows) {
      await stage.link.configure({ ...one.link, seed: run + 1 });
      const pair = await ChannelPair.open(stage, 'unreliable', { count: LANES[one.name] ?? 128 });
      for (let file = 0; file <= FILES; file++) {
        await sleep(PAUSE_MS);
        const seconds = await pair.distinctFile(
          Math.ceil(one.bytes / CHUNK),
          one.link.rateMbit,
          MAX_TRANSFER_MS,
        );
        if (file > 0) bare.push(seconds ?? Infinity);
      }
      await pair.close();
      const session = await TesseraSession.open(stage);
      for (let file = 0; file <= FILES; file++) {
        const picture = await pictures.next(one.bytes);
        const { seconds } = await session.send(picture, MAX_TRANSFER_MS);
        pictures.drop(picture);
        if (file > 0) tessera.push(seconds);
      }
      await session.close();
      say(
        `${run + 1}/${args.runs} ${one.name}: bare ${texts(bare.slice(-FILES))}, Tessera ${texts(tessera.slice(-FILES))} s`,
      );
    }
  }
  return {
    name: 'bare',
    title: 'What bare lanes and an ideal code need on this machine',
    notes: [
      "Bare lanes: a page with nothing on it but unreliable channels, one on each connection, all open; 1044-byte messages in turn over all of them, paced at the link's rate, which is told, until the receiver has as many different ones as the file has chunks. No rate to find, no feedback, no code, no storage, no digest: what a perfect protocol could not be faster than with these browsers, this relay and these two cores.",
      `Tessera: from accepting to verified, later pictures of a session. In turn; sessions of each: ${args.runs}, with ${FILES} files after the first, ${PAUSE_MS / 1000} s apart.`,
    ],
    tables: [
      {
        caption: 'Medians [smallest–largest], seconds',
        header: ['case', 'limit', 'lanes', 'bare lanes', '× limit', 'Tessera', '× limit', 'Tessera / bare'],
        rows: rows.map(({ one, bare, tessera }) => {
          const limit = limitSeconds(one.bytes, one.link)!;
          const [floor, ours] = [spreadOf(bare), spreadOf(tessera)];
          const over = (median = Number.NaN) => (median / limit).toFixed(2);
          return [
            one.title,
            limit.toFixed(2),
            String(LANES[one.name] ?? 128),
            spreadText(floor),
            over(floor?.median),
            spreadText(ours),
            over(ours?.median),
            ((ours?.median ?? Number.NaN) / (floor?.median ?? Number.NaN)).toFixed(2),
          ];
        }),
      },
    ],
    charts: [],
    data: rows,
  };
}

const texts = (seconds: readonly number[]): string => seconds.map((one) => one.toFixed(2)).join(' ');
