/** What several nodes over one Redis carry, beside one node alone, and what each thing costs them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { startCluster } from '../../testbed/cluster.ts';
import { startLivingServer } from '../../testbed/living-server.ts';
import { Job } from '../../testbed/load/job.ts';
import type { PeopleOptions } from '../../testbed/load/people.ts';
import { cpuSeconds, megabytesNow } from '../../testbed/processes.ts';
import { joins, type Load, playRound, relays, type Round as Common, ROUND_MS } from './load-round.ts';

const NAMES = ['one, memory', 'one, Redis', 'three, Redis'] as const;
type Name = (typeof NAMES)[number];

const IDLE_SOCKETS = 9000;
const WAITING_ROOMS = 4000;
const AT_A_TIME = 32;
const PAIRS = 300;
/** Messages a second over all pairs; 0: one under way in each, as fast as they cross. */
const RATES = [250, 500, 1000, 0];

interface Service {
  name: Name;
  people: PeopleOptions;
  /** Processes of the server. */
  nodes: readonly number[];
  redis: { pid: number; usedBytes(): Promise<number> } | undefined;
  stop(): Promise<void>;
}

interface Round extends Common {
  /** For one of what was counted, ms: of all nodes together, and of Redis. */
  nodesMs: number;
  redisMs: number;
}

interface Held {
  /** KB a socket that waits and asks nothing, over all nodes. */
  idle: number;
  /** KB a room that waits, with its socket, over all nodes; and in Redis. */
  room: number;
  redis: number;
}

export async function nodes(bench: Bench): Promise<Result> {
  const { quick, runs } = bench.args;
  const few = quick ? 10 : 1;
  const held: Partial<Record<Name, Held>> = {};
  for (const name of NAMES) {
    held[name] = await memoryOf(name, IDLE_SOCKETS / few, WAITING_ROOMS / few);
    bench.say(`${name}: ${held[name].idle.toFixed(1)} KB a socket`);
  }
  const services = await Promise.all(NAMES.map(start));
  const measured: { what: string; rounds: Record<Name, Round[]> }[] = [];
  let first = 0;
  try {
    const measureAll = async (what: string, begin: (service: Service) => Promise<Load>) => {
      const rounds: Record<Name, Round[]> = { 'one, memory': [], 'one, Redis': [], 'three, Redis': [] };
      const loads = await Promise.all(
        services.map(async (service) => ({ service, load: await begin(service) })),
      );
      for (let run = 0; run < runs; run++) {
        for (const { service, load } of loads) {
          const round = await measure(service, load);
          rounds[service.name].push(round);
          bench.say(
            `${what}, ${service.name}: ${round.perSecond.toFixed(0)}/s, p99 ${round.p99.toFixed(1)} ms`,
          );
        }
      }
      for (const { load } of loads) load.stop();
      measured.push({ what, rounds });
    };
    for (const kind of ['join', 'handshake'] as const) {
      await measureAll(kind === 'join' ? 'joins' : 'full handshakes', ({ people }) =>
        joins({ ...people, kind, atATime: AT_A_TIME, first: (first += 20_000) }),
      );
    }
    for (const perSecond of RATES) {
      const what = perSecond === 0 ? 'messages, as fast as they cross' : `messages, ${perSecond} a second`;
      await measureAll(what, ({ people }) =>
        relays({ ...people, pairs: PAIRS / few, perSecond, first: (first += 20_000) }),
      );
    }
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
  return report(held as Record<Name, Held>, measured);
}

async function start(name: Name): Promise<Service> {
  if (name === 'one, memory') {
    const server = await startLivingServer({ settings: { LOG_LEVEL: 'error', TRUST_PROXY: '1' } });
    return {
      name,
      people: { port: server.port, forwarded: true },
      nodes: [server.pid],
      redis: undefined,
      stop: async () => server.stop(),
    };
  }
  const cluster = await startCluster(name === 'one, Redis' ? 1 : 3);
  const ports = cluster.nodes.map(({ port }) => port);
  return {
    name,
    people: { port: ports, forwarded: true },
    nodes: cluster.nodes.map(({ pid }) => pid),
    redis: {
      pid: cluster.redis.pid(),
      usedBytes: async () =>
        Number(/used_memory:(\d+)/.exec(await cluster.redis.command('INFO', 'memory'))?.[1] ?? NaN),
    },
    stop: () => cluster.stop(),
  };
}

const kilobytes = ({ nodes: pids }: Service): number =>
  pids.reduce((sum, pid) => sum + (megabytesNow(pid) ?? NaN) * 1024, 0);

async function memoryOf(name: Name, sockets: number, rooms: number): Promise<Held> {
  const service = await start(name);
  const clients: Job<'idleSockets'>[] = [];
  try {
    await sleep(1000);
    const hold = async (options: { count: number; first: number; open: boolean }) => {
      const before = kilobytes(service);
      const redisBefore = await service.redis?.usedBytes();
      clients.push(await Job.start('idleSockets', { ...service.people, ...options }));
      await sleep(2000);
      const redis = ((await service.redis?.usedBytes()) ?? 0) - (redisBefore ?? 0);
      return { nodes: (kilobytes(service) - before) / options.count, redis: redis / 1024 / options.count };
    };
    const idle = await hold({ count: sockets, first: 0, open: false });
    const room = await hold({ count: rooms, first: sockets, open: true });
    for (const [i, client] of clients.entries()) {
      const lost = (i === 0 ? sockets : rooms) - (await client.call('held'));
      if (lost > 0) throw new Error(`${name} let go of ${lost} sockets`);
    }
    return { idle: idle.nodes, room: room.nodes, redis: room.redis };
  } finally {
    for (const client of clients) client.end();
    await service.stop();
  }
}

async function measure({ nodes: pids, redis }: Service, load: Load): Promise<Round> {
  const seconds = (all: readonly number[]) => all.reduce((sum, pid) => sum + (cpuSeconds(pid) ?? NaN), 0);
  const redisPids = redis === undefined ? [] : [redis.pid];
  const { round, cpuMs } = await playRound(load, () => [seconds(pids), seconds(redisPids)]);
  return { ...round, nodesMs: cpuMs[0] ?? NaN, redisMs: cpuMs[1] ?? NaN };
}

function report(
  held: Record<Name, Held>,
  measured: readonly { what: string; rounds: Record<Name, Round[]> }[],
): Result {
  const rows = measured.flatMap(({ what, rounds }) => {
    const line = (of: string, value: (round: Round) => number, digits: number) => [
      `${what}: ${of}`,
      ...NAMES.map((name) => (spreadOf(rounds[name].map(value))?.median ?? NaN).toFixed(digits)),
    ];
    const failed = NAMES.map((name) => rounds[name].reduce((sum, round) => sum + round.failed, 0));
    return [
      line('a second', ({ perSecond }) => perSecond, 0),
      line('p50, ms', ({ p50 }) => p50, 1),
      line('p99, ms', ({ p99 }) => p99, 1),
      line("nodes' CPU for each, ms", ({ nodesMs }) => nodesMs, 3),
      line("Redis's CPU for each, ms", ({ redisMs }) => redisMs, 3),
      ...(failed.some((count) => count > 0) ? [[`${what}: failed`, ...failed.map(String)]] : []),
    ];
  });
  return {
    name: 'nodes',
    title: 'One and three nodes over Redis under load',
    notes: [
      `Real Socket.IO clients in processes of their own, without a balancer: the two sides of a pair are at different nodes where there are three. Nodes, Redis, and clients share this machine's cores, so more nodes bring no more of them: read what each thing costs, and how long it takes while the machine is not full. Rounds of ${ROUND_MS / 1000} s in turn; medians. A join: two connect, one opens a room, the other joins it and is paired, both leave (${AT_A_TIME} at a time). A full handshake has the messages of the key exchange as well. Messages of 600 bytes in ${PAIRS} pairs.`,
    ],
    tables: [
      {
        caption: 'Memory, KB each',
        header: ['', ...NAMES],
        rows: [
          ['a socket that asks nothing, at the nodes', ...NAMES.map((name) => held[name].idle.toFixed(1))],
          ['a room that waits, at the nodes', ...NAMES.map((name) => held[name].room.toFixed(1))],
          ['a room that waits, in Redis', ...NAMES.map((name) => held[name].redis.toFixed(2))],
        ],
      },
      { caption: 'Work', header: ['', ...NAMES], rows },
    ],
    charts: [],
    data: { held, measured },
  };
}
