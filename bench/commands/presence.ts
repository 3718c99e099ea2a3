/** What it costs the server that remembered devices can ring each other: memory, processor, messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { WINDOW_MS } from '../../lib/session/pairing/bond-ids.ts';
import { startLivingServer } from '../../testbed/living-server.ts';
import { Job } from '../../testbed/load/job.ts';
import { percentile } from '../../testbed/load/people.ts';
import { cpuSeconds, megabytesNow } from '../../testbed/processes.ts';

const PAIRS = 1000;
/** A page announces anew before and after each border of two windows. */
const ANNOUNCEMENTS_A_SECOND = 2 / (WINDOW_MS / 1000);
/** Ids of one device: two secrets, two windows. */
const DEVICE_IDS = 4;
const ROUNDS = 5;
/** A page's whole list, most of whose ids are of two windows only around a border. */
const MANY_DEVICES = 20;

interface Measured {
  devices: number;
  pages: number;
  kilobytesAPage: number;
  announcing: Cost;
  ringing: Cost;
}

interface Cost {
  cpuMs: number;
  p50: number;
  p99: number;
}

export async function presence(bench: Bench): Promise<Result> {
  const pages = bench.args.quick ? PAIRS / 5 : 2 * PAIRS;
  const rows: Measured[] = [];
  for (const devices of [0, 1, MANY_DEVICES]) {
    // 20 devices are few people's: as many pages as the server holds ids for.
    rows.push(await measure(devices === MANY_DEVICES ? pages / 2 : pages, devices));
    bench.say(JSON.stringify(rows.at(-1)));
  }
  const one = rows[1]!;
  const perSecond = pages * ANNOUNCEMENTS_A_SECOND;
  const digits = (value: number, places = 2) => (Number.isFinite(value) ? value.toFixed(places) : '–');
  return {
    name: 'presence',
    title: 'Remembered devices that wait for each other',
    notes: [
      `The server as people run it, in a process of its own; real Socket.IO clients from addresses of their own in another. Each page announces all of its ids in one message, ${DEVICE_IDS} for each device: two secrets and two windows of time. Memory: resident, less what the empty server holds, by the number of pages; zero devices are pages that only connect. Times are round trips with 50 under way.`,
      `${pages / 2} pairs with their pages open all day: ${digits(perSecond)} announcements a second over all, and with them ${digits((100 * perSecond * one.announcing.cpuMs) / 1000)} % of one core. Nothing else is said while nobody rings.`,
    ],
    tables: [
      {
        caption: 'Pages that wait',
        header: [
          'devices',
          'pages',
          'KB a page',
          'announcing: CPU, ms',
          'p50, ms',
          'p99, ms',
          'ringing: CPU, ms',
          'p50, ms',
          'p99, ms',
        ],
        rows: rows.map(({ devices, pages, kilobytesAPage, announcing, ringing }) => [
          String(devices),
          String(pages),
          digits(kilobytesAPage, 1),
          ...[announcing, ringing].flatMap(({ cpuMs, p50, p99 }) => [
            digits(cpuMs, 3),
            digits(p50, 1),
            digits(p99, 1),
          ]),
        ]),
      },
    ],
    charts: [],
    data: rows,
  };
}

async function measure(pages: number, devices: number): Promise<Measured> {
  const server = await startLivingServer({ settings: { LOG_LEVEL: 'error' } });
  let job: Job<'presentPages'> | undefined;
  try {
    await sleep(1000);
    const before = megabytesNow(server.pid) ?? NaN;
    const ids = devices * DEVICE_IDS;
    const clients = await Job.start('presentPages', { port: server.port, first: 0, count: pages, ids });
    job = clients;
    const nothing = { cpuMs: NaN, p50: NaN, p99: NaN };
    if (devices > 0) await clients.call('announce');
    await sleep(2000);
    const kilobytesAPage = (((megabytesNow(server.pid) ?? NaN) - before) * 1024) / pages;
    const announcing = devices > 0 ? await costOf(server.pid, () => clients.call('announce')) : nothing;
    const ringing = devices > 0 ? await costOf(server.pid, () => clients.call('ring')) : nothing;
    const [held, rung] = [await clients.call('held'), await clients.call('rung')];
    if (held < pages || (devices > 0 && rung < pages * ROUNDS))
      throw new Error(`${held} of ${pages} pages are there, and ${rung} were rung`);
    return { devices, pages, kilobytesAPage, announcing, ringing };
  } finally {
    job?.end();
    server.stop();
  }
}

async function costOf(pid: number, round: () => Promise<number[]>): Promise<Cost> {
  const before = cpuSeconds(pid) ?? NaN;
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    times.push(...(await round()));
    // Its own limits on a socket, and what 50 at a time leave behind.
    await sleep(1000);
  }
  return {
    cpuMs: (1000 * ((cpuSeconds(pid) ?? NaN) - before)) / times.length,
    p50: percentile(times, 0.5) ?? NaN,
    p99: percentile(times, 0.99) ?? NaN,
  };
}
