/** The rows of the tables: which file over which link, and what is to be reached. */
import { cleanLink, type LinkOptions } from '../testbed/link/link-model.ts';

/** One row of a table: a file over a link. */
export interface Case {
  /** What `--case` takes. */
  name: string;
  title: string;
  bytes: number;
  link: LinkOptions;
  /** Target: median time over limit. */
  reach?: number;
  /** Target: 95 % of the sender's packets wait at most so long in the queue. */
  reachQueueMs?: number;
  /** Only Tessera: the others' figures say nothing about what the case asks. */
  alone?: boolean;
}

const link = (change: Partial<LinkOptions>): LinkOptions => ({
  ...cleanLink,
  rateMbit: 50,
  delayMs: 50,
  ...change,
});

const fiveMegabytes = (name: string, title: string, change: Partial<LinkOptions>, reach: number): Case => ({
  name,
  title: `5 MB, ${title}`,
  bytes: 5_000_000,
  link: link(change),
  reach,
});

/** The table of targets. */
export const targetCases: readonly Case[] = [
  fiveMegabytes('5mb-0', '100 ms, no loss', {}, 1.2),
  fiveMegabytes('5mb-1', '100 ms, 1 %', { loss: 0.01 }, 1.2),
  fiveMegabytes('5mb-5', '100 ms, 5 %', { loss: 0.05 }, 1.3),
  fiveMegabytes('5mb-10', '100 ms, 10 %', { loss: 0.1 }, 1.45),
  fiveMegabytes('5mb-20', '100 ms, 20 %', { loss: 0.2 }, 2),
  fiveMegabytes('5mb-bursts', '100 ms, 5 % in bursts of 5', { loss: 0.05, burst: 5 }, 1.4),
  fiveMegabytes('5mb-20ms', '20 ms, 5 %', { loss: 0.05, delayMs: 10 }, 1.2),
  fiveMegabytes('5mb-40ms', '40 ms, 5 %', { loss: 0.05, delayMs: 20 }, 1.2),
  fiveMegabytes('5mb-200ms', '200 ms, 5 %', { loss: 0.05, delayMs: 100 }, 1.8),
  {
    name: '200kb',
    title: '200 KB, 200 ms, 5 %',
    bytes: 200_000,
    link: link({ loss: 0.05, delayMs: 100 }),
    reach: 1.6,
  },
  slow('2mbit', 2, 100),
  slow('10mbit', 10, 100),
  // The same losses at a rate that two browsers and a relay can handle on two cores: what the protocol does,
  // not the machine.
  { ...fiveMegabytes('10mbit-5', '10 Mbit/s, 100 ms, 5 %', { rateMbit: 10, loss: 0.05 }, 1.3), alone: true },
  {
    ...fiveMegabytes('10mbit-10', '10 Mbit/s, 100 ms, 10 %', { rateMbit: 10, loss: 0.1 }, 1.45),
    alone: true,
  },
  // A queue of 100 ms cannot show whether more than 150 ms would have been filled.
  { ...slow('2mbit-deep', 2, 500), alone: true },
  { ...slow('10mbit-deep', 10, 500), alone: true },
];

function slow(name: string, rateMbit: number, queueMs: number): Case {
  return {
    name,
    title: `5 MB, ${rateMbit} Mbit/s, 60 ms, 2 %${queueMs === 100 ? '' : `, queue of ${queueMs} ms`}`,
    bytes: 5_000_000,
    link: link({ rateMbit, queueMs, delayMs: 30, loss: 0.02 }),
    reach: 1.15,
    reachQueueMs: 150,
  };
}

/** What two minutes are enough for. */
export const quickCases = ['5mb-0', '5mb-5', '200kb'];

const spot = (name: string, title: string, megabytes: number, change: Partial<LinkOptions>): Case => ({
  name: `spot-${name}`,
  title,
  bytes: megabytes * 1e6,
  link: link({ rateMbit: 20, ...change }),
  alone: true,
});

/** Rows of the simulated scoreboard (`lib/simulation/path-cases.ts`) that browsers are asked, too. */
export const spotCases: readonly Case[] = [
  spot('200kb-0', '200 KB, 20 Mbit/s, 100 ms', 0.2, {}),
  spot('200kb-5', '200 KB, 20 Mbit/s, 200 ms, 5 %', 0.2, { delayMs: 100, loss: 0.05 }),
  spot('200kb-10', '200 KB, 20 Mbit/s, 200 ms, 10 %', 0.2, { delayMs: 100, loss: 0.1 }),
  spot('200kb-1mbit', '200 KB, 1 Mbit/s, 100 ms', 0.2, { rateMbit: 1 }),
  spot('5mb-0', '5 MB, 20 Mbit/s, 100 ms', 5, {}),
  spot('5mb-5', '5 MB, 20 Mbit/s, 100 ms, 5 %', 5, { loss: 0.05 }),
  spot('5mb-10', '5 MB, 10 Mbit/s, 60 ms, 10 %', 5, { rateMbit: 10, delayMs: 30, loss: 0.1 }),
  spot('5mb-20', '5 MB, 20 Mbit/s, 60 ms, 20 %', 5, { delayMs: 30, loss: 0.2 }),
  spot('20mb-1', '20 MB, 20 Mbit/s, 60 ms, 1 %', 20, { delayMs: 30, loss: 0.01 }),
  spot('queue', '5 MB, 20 Mbit/s, 60 ms, queue of 10 ms', 5, { delayMs: 30, queueMs: 10 }),
  spot('jitter', '5 MB, 20 Mbit/s, 60 ms, jitter 50 ms, 2 %', 5, {
    delayMs: 30,
    jitterMs: 50,
    loss: 0.02,
  }),
];

export const lossCases: readonly Case[] = [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2].map((loss) => ({
  name: `loss-${loss * 100}`,
  title: `5 MB, 100 ms, ${loss * 100} %`,
  bytes: 5_000_000,
  link: link({ loss }),
}));

export const sizeCases: readonly Case[] = [0.2, 1, 5, 20, 60, 200].map((megabytes) => ({
  name: `size-${megabytes}mb`,
  title: `${megabytes} MB, 100 ms, 1 %`,
  bytes: megabytes * 1e6,
  link: link({ loss: 0.01 }),
}));
