/** Fairness: a picture beside one long reliable channel, both through the same queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { ChannelPair } from '../channel/channel-pair.ts';
import { percentText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

const RATE_MBIT = 20;
const LINK = { rateMbit: RATE_MBIT, queueMs: 100, delayMs: 25, loss: 0 };
/** Some twenty seconds at half the rate. */
const BYTES = 25_000_000;
const QUICK_BYTES = 8_000_000;
const MAX_TRANSFER_MS = 180_000;
/** The channel has found its rate, and lost it again, by then. */
const ALONE_MS = 8000;
/** Neither side gets less of what both get together. */
const MIN_SHARE = 0.25;

interface Run {
  seconds: number;
  tesseraMbit: number;
  channelMbit: number;
  /** The channel's before the picture. */
  channelAloneMbit: number;
  queueP95Ms: number;
  droppedByQueue: number;
}

export async function share(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const runs: Run[] = [];
  for (let i = 0; i < args.runs; i++) {
    const run = await measure(bench, args.quick ? QUICK_BYTES : BYTES);
    runs.push(run);
    say(
      `${i + 1}/${args.runs}: Tessera ${run.tesseraMbit.toFixed(1)}, channel ${run.channelMbit.toFixed(1)} Mbit/s (alone ${run.channelAloneMbit.toFixed(1)})`,
    );
  }
  const part = ({ tesseraMbit, channelMbit }: Run): number => tesseraMbit / (tesseraMbit + channelMbit);
  const middle = spreadOf(runs.map(part))?.median ?? 0;
  const fair = middle >= MIN_SHARE && middle <= 1 - MIN_SHARE;
  return {
    name: 'share',
    title: 'The share of a picture beside one long reliable channel',
    notes: [
      `One ${RATE_MBIT} Mbit/s bottleneck with a drop-tail queue of 100 ms, 50 ms round trip, no random loss. The channel (reliable, ordered, its buffer kept filled) runs ${ALONE_MS / 1000} s alone; then a picture, the second of its session, of ${(args.quick ? QUICK_BYTES : BYTES) / 1e6} MB goes through the same queue. Mbit/s are file bytes between \`tessera:accepted\` and \`tessera:complete\`.`,
      `Tessera's part of both: ${percentText(middle)} (neither below ${100 * MIN_SHARE} %: ${fair ? '✓' : '**missed**'}).`,
    ],
    tables: [
      {
        caption: `${args.runs} runs`,
        header: ['', 'Mbit/s, medians [smallest–largest]'],
        rows: [
          ['Tessera', spreadText(spreadOf(runs.map((run) => run.tesseraMbit)), 1)],
          ['reliable channel beside it', spreadText(spreadOf(runs.map((run) => run.channelMbit)), 1)],
          ['reliable channel alone', spreadText(spreadOf(runs.map((run) => run.channelAloneMbit)), 1)],
          ["Tessera's part, %", spreadText(spreadOf(runs.map((run) => 100 * part(run))), 0)],
          ['queue delay, 95 %, ms', spreadText(spreadOf(runs.map((run) => run.queueP95Ms)), 0)],
        ],
      },
    ],
    charts: [],
    data: runs,
  };
}

async function measure(bench: Bench, bytes: number): Promise<Run> {
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  await stage.link.configure(LINK);
  const session = await TesseraSession.open(stage);
  const channel = await ChannelPair.open(stage, 'reliable');
  try {
    const first = await pictures.next(bytes / 5);
    await session.send(first, MAX_TRANSFER_MS);
    await channel.startEndless({ kind: 'buffered', messageLength: 16 * 1024 });
    await sleep(ALONE_MS / 2);
    const early = await channel.receivedBytes();
    await sleep(ALONE_MS / 2);
    const before = await channel.receivedBytes();
    const second = await pictures.next(bytes);
    // Asked for as soon as the marks are made: what the pages do before and after is not the picture's time.
    let started = before;
    let ended = before;
    const { seconds, link } = await session.send(second, MAX_TRANSFER_MS, {
      accepted: async () => void (started = await channel.receivedBytes()),
      complete: async () => void (ended = await channel.receivedBytes()),
    });
    for (const picture of [first, second]) pictures.drop(picture);
    const rate = (from: typeof before, to: typeof before): number =>
      ((to.bytes - from.bytes) * 8) / (to.at - from.at) / 1000;
    return {
      seconds,
      tesseraMbit: (bytes * 8) / seconds / 1e6,
      channelMbit: rate(started, ended),
      channelAloneMbit: rate(early, before),
      queueP95Ms: link?.toReceiver.queueP95Ms ?? 0,
      droppedByQueue: link?.toReceiver.droppedByQueue ?? 0,
    };
  } finally {
    await Promise.all([session.close(), channel.close()]);
  }
}
