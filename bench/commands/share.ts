/** Fairness: a picture beside one TCP flow of this machine's kernel, both through the same queue. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  congestionControls,
  KernelFlow,
  kernelFlowMissing,
  type CongestionControl,
} from '../../testbed/link/kernel-flow.ts';
import type { Bench } from '../bench.ts';
import { spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

const RATE_MBIT = 20;
const LINK = { rateMbit: RATE_MBIT, delayMs: 30, loss: 0 };
/** Some twenty-five seconds at half the rate. */
const BYTES = 30_000_000;
const QUICK_BYTES = 8_000_000;
const MAX_TRANSFER_MS = 240_000;
/** The flow has filled the path and its queue by then. */
const ALONE_MS = 8000;
/** Less than this share of the path says that the flow is no rival: IPv4, TCP and UDP take 5 % of it. */
const MIN_ALONE = 0.85;

interface ShareCase {
  name: string;
  congestion: CongestionControl;
  queueMs: number;
  /** Share of both that the picture is to have, at least and at most. */
  aim: readonly [number, number];
}

const CASES: readonly ShareCase[] = [
  { name: 'CUBIC', congestion: 'cubic', queueMs: 100, aim: [0.35, 0.6] },
  { name: 'CUBIC, queue 500 ms', congestion: 'cubic', queueMs: 500, aim: [0.25, 0.6] },
  { name: 'Reno', congestion: 'reno', queueMs: 100, aim: [0.4, 0.6] },
  { name: 'BBR', congestion: 'bbr', queueMs: 100, aim: [0.3, 0.7] },
];

interface Run {
  name: string;
  seconds: number;
  tesseraMbit: number;
  flowMbit: number;
  /** The flow's before the picture. */
  aloneMbit: number;
  queueMeanMs: number;
  droppedShare: number;
}

export async function share(bench: Bench): Promise<Result> {
  const { args, say, problems } = bench;
  const missing = kernelFlowMissing();
  if (missing !== undefined) throw new Error(missing);
  const known = congestionControls();
  const asked = CASES.filter(({ name }) => args.case === undefined || name === args.case);
  if (asked.length === 0) throw new RangeError(`No case is called "${args.case}".`);
  const cases = asked.filter(({ congestion }) => known.includes(congestion));
  for (const one of asked) if (!cases.includes(one)) problems.push(`This kernel has no ${one.congestion}.`);
  const runs: Run[] = [];
  for (let i = 0; i < args.runs; i++) {
    for (const one of cases) {
      const run = await measure(bench, one, args.quick ? QUICK_BYTES : BYTES);
      runs.push(run);
      say(
        `${one.name} ${i + 1}/${args.runs}: Tessera ${run.tesseraMbit.toFixed(1)}, TCP ${run.flowMbit.toFixed(1)} Mbit/s (alone ${run.aloneMbit.toFixed(1)})`,
      );
      if (run.aloneMbit < MIN_ALONE * RATE_MBIT)
        problems.push(`${one.name}: the flow alone made ${run.aloneMbit.toFixed(1)} Mbit/s only.`);
    }
  }
  return {
    name: 'share',
    title: 'The share of a picture beside one TCP flow of a real kernel',
    notes: [
      `One ${RATE_MBIT} Mbit/s bottleneck with a drop-tail queue (100 ms unless said), ${2 * LINK.delayMs} ms round trip, no random loss. The flow is this machine's kernel's, between two network namespaces, its packets through the same relay (\`testbed/link/kernel-flow.ts\`); it runs ${ALONE_MS / 1000} s alone; then a picture, the second of its session, of ${(args.quick ? QUICK_BYTES : BYTES) / 1e6} MB goes through the same queue. Mbit/s are file bytes between \`tessera:accepted\` and \`tessera:complete\`, and the bytes that the flow's reader got in that time.`,
    ],
    tables: [
      {
        caption: `${args.runs} sessions each, medians [smallest–largest]`,
        header: [
          'beside',
          "Tessera's share of both, %",
          'aim, %',
          'Tessera, Mbit/s',
          'TCP, Mbit/s',
          'TCP alone, Mbit/s',
          'queue, mean, ms',
          'dropped of all, %',
        ],
        rows: cases.map(({ name, aim }) => {
          const of = (pick: (run: Run) => number, digits: number): string =>
            spreadText(spreadOf(runs.filter((run) => run.name === name).map(pick)), digits);
          return [
            name,
            of(({ tesseraMbit, flowMbit }) => (100 * tesseraMbit) / (tesseraMbit + flowMbit), 0),
            aim.map((part) => (100 * part).toFixed(0)).join('–'),
            of(({ tesseraMbit }) => tesseraMbit, 1),
            of(({ flowMbit }) => flowMbit, 1),
            of(({ aloneMbit }) => aloneMbit, 1),
            of(({ queueMeanMs }) => queueMeanMs, 0),
            of(({ droppedShare }) => 100 * droppedShare, 1),
          ];
        }),
      },
    ],
    charts: [],
    data: runs,
  };
}

async function measure(bench: Bench, { name, congestion, queueMs }: ShareCase, bytes: number): Promise<Run> {
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  await stage.link.configure({ ...LINK, queueMs });
  const session = await TesseraSession.open(stage);
  let flow: KernelFlow | undefined;
  try {
    const first = await pictures.next(bytes / 10);
    await session.send(first, MAX_TRANSFER_MS);
    const rival = await KernelFlow.open(stage.link, congestion);
    flow = rival;
    await sleep(ALONE_MS / 2);
    const early = await rival.received();
    await sleep(ALONE_MS / 2);
    const before = await rival.received();
    const second = await pictures.next(bytes);
    // Asked for as soon as the marks are made: what the pages do before and after is not the picture's time.
    let started = before;
    let ended = before;
    const { seconds, link } = await session.send(second, MAX_TRANSFER_MS, {
      accepted: async () => void (started = await rival.received()),
      complete: async () => void (ended = await rival.received()),
    });
    for (const picture of [first, second]) pictures.drop(picture);
    const rate = (from: typeof before, to: typeof before): number =>
      ((to.bytes - from.bytes) * 8) / (to.at - from.at) / 1000;
    const { queueMeanMs = 0, droppedByQueue = 0, datagrams = 1 } = link?.toReceiver ?? {};
    return {
      name,
      seconds,
      tesseraMbit: (bytes * 8) / seconds / 1e6,
      flowMbit: rate(started, ended),
      aloneMbit: rate(early, before),
      queueMeanMs,
      droppedShare: droppedByQueue / datagrams,
    };
  } finally {
    flow?.close();
    await session.close();
  }
}
