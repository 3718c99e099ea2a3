/** What a node carries, beside a bare Socket.IO server: memory, joins, messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { startLivingServer } from '../../testbed/living-server.ts';
import { Job } from '../../testbed/load/job.ts';
import { cpuSeconds, megabytesNow } from '../../testbed/processes.ts';
import { joins, type Load, playRound, relays, type Round as Common, ROUND_MS } from './load-round.ts';

const KINDS = ['Tessera', 'bare'] as const;
type Kind = (typeof KINDS)[number];

const IDLE_SOCKETS = 10_000;
/** Idle sockets are opened in steps, so that it shows how memory grows with them. */
const STEPS = 4;
const JOINS_AT_A_TIME = 32;
const PAIRS = 500;
/** Messages a second of the run whose latency is compared: both carry it without a queue. */
const STEADY_PER_SECOND = 1000;

interface Target {
  kind: Kind;
  port: number;
  pid: number;
  stop(): void;
}

interface Round extends Common {
  /** Of the server's process, for one join or message. */
  cpuMs: number;
}

export async function load(bench: Bench): Promise<Result> {
  const { quick, runs } = bench.args;
  const idle = quick ? IDLE_SOCKETS / 10 : IDLE_SOCKETS;
  const memory: Record<Kind, number[]> = { Tessera: [], bare: [] };
  for (const kind of KINDS) {
    memory[kind] = await kilobytesASocket(kind, idle);
    bench.say(`${kind}: ${memory[kind].map((one) => one.toFixed(1)).join(', ')} KB a socket`);
  }

  const measured: { name: string; rounds: Record<Kind, Round[]> }[] = [];
  const targets = await Promise.all(KINDS.map(start));
  try {
    let first = 0;
    const beside = async (name: string, kinds: readonly Kind[], make: (target: Target) => Promise<Load>) => {
      const rounds: Record<Kind, Round[]> = { Tessera: [], bare: [] };
      const loads = await Promise.all(
        targets
          .filter(({ kind }) => kinds.includes(kind))
          .map(async (target) => ({ target, load: await make(target) })),
      );
      for (let run = 0; run < runs; run++) {
        for (const { target, load } of loads) {
          const round = await measure(target, load);
          rounds[target.kind].push(round);
          bench.say(
            `${name}, ${target.kind}: ${round.perSecond.toFixed(0)} a second, p99 ${round.p99.toFixed(1)} ms`,
          );
        }
      }
      for (const { load } of loads) load.stop();
      measured.push({ name, rounds });
    };
    const joining =
      (kind: 'join' | 'handshake') =>
      ({ port }: Target) =>
        joins({ port, kind, atATime: JOINS_AT_A_TIME, first: (first += 20_000) });
    const relaying =
      (perSecond: number) =>
      ({ port }: Target) =>
        relays({ port, pairs: PAIRS, perSecond, first: (first += 20_000) });
    await beside('joins', KINDS, joining('join'));
    await beside('full handshakes', ['Tessera'], joining('handshake'));
    await beside('messages, as fast as they cross', KINDS, relaying(0));
    await beside(`messages, ${STEADY_PER_SECOND} a second`, KINDS, relaying(STEADY_PER_SECOND));
  } finally {
    for (const target of targets) target.stop();
  }
  return report(idle, memory, measured);
}

async function start(kind: Kind): Promise<Target> {
  if (kind === 'bare') {
    const job = await Job.start('bareServer', undefined);
    return { kind, port: await job.call('port'), pid: job.pid, stop: () => job.end() };
  }
  const server = await startLivingServer({ settings: { LOG_LEVEL: 'error' } });
  return { kind, port: server.port, pid: server.pid, stop: () => server.stop() };
}

/** After each step. */
async function kilobytesASocket(kind: Kind, count: number): Promise<number[]> {
  const target = await start(kind);
  const clients: Job<'idleSockets'>[] = [];
  const found: number[] = [];
  try {
    await sleep(1000);
    const before = megabytesNow(target.pid) ?? NaN;
    for (let step = 0; step < STEPS; step++) {
      const each = count / STEPS;
      clients.push(await Job.start('idleSockets', { port: target.port, first: step * each, count: each }));
      await sleep(2000);
      found.push((((megabytesNow(target.pid) ?? NaN) - before) * 1024) / ((step + 1) * each));
    }
    for (const client of clients) {
      const held = await client.call('held');
      if (held < count / STEPS) throw new Error(`${kind} let go of ${count / STEPS - held} idle sockets`);
    }
    return found;
  } finally {
    for (const client of clients) client.end();
    target.stop();
  }
}

async function measure({ pid }: Target, load: Load): Promise<Round> {
  const { round, cpuMs } = await playRound(load, () => [cpuSeconds(pid) ?? NaN]);
  return { ...round, cpuMs: cpuMs[0] ?? NaN };
}

function report(
  idle: number,
  memory: Record<Kind, number[]>,
  measured: readonly { name: string; rounds: Record<Kind, Round[]> }[],
): Result {
  const ratio = (ours: number, bare: number, reach: number, most: boolean) => {
    const value = ours / bare;
    if (!Number.isFinite(value)) return ['–', ''];
    const fine = most ? value <= reach : value >= reach;
    return [value.toFixed(2), `${most ? '≤' : '≥'} ${reach} ${fine ? '✓' : '**missed**'}`];
  };
  const rows = measured.flatMap(({ name, rounds }) => {
    const median = (kind: Kind, of: (round: Round) => number) =>
      spreadOf(rounds[kind].map(of))?.median ?? NaN;
    const line = (
      what: string,
      of: (round: Round) => number,
      digits: number,
      reach?: number,
      most = true,
    ) => {
      const [ours, bare] = [median('Tessera', of), median('bare', of)];
      const text = (value: number) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
      const [value, judged] = ratio(ours, bare, reach ?? NaN, most);
      return [`${name}: ${what}`, text(ours), text(bare), value!, reach === undefined ? '' : judged!];
    };
    const steady = name.includes('a second');
    const failed = rounds.Tessera.reduce((sum, round) => sum + round.failed, 0);
    return [
      line('a second', ({ perSecond }) => perSecond, 0, steady ? undefined : 0.7, false),
      line('p50, ms', ({ p50 }) => p50, 1),
      line('p99, ms', ({ p99 }) => p99, 1, 2),
      line("server's CPU for each, ms", ({ cpuMs }) => cpuMs, 3),
      ...(failed > 0 ? [[`${name}: failed`, String(failed), '', '', '']] : []),
    ];
  });
  const [ours, bare] = [memory.Tessera.at(-1)!, memory.bare.at(-1)!];
  return {
    name: 'load',
    title: 'A node under load, beside a bare Socket.IO server',
    notes: [
      `Real Socket.IO clients, each from an address of its own, in processes of their own on the same machine. The bare server acknowledges each request and echoes it once, so that the same frames cross; it keeps and counts nothing. Rounds of ${ROUND_MS / 1000} s in turn; medians. A join: two connect, one opens a room, the other joins it and is paired, both leave (${JOINS_AT_A_TIME} at a time). A full handshake has the messages of the key exchange as well. Messages of 600 bytes in ${PAIRS} pairs, one under way in each, or ${STEADY_PER_SECOND} a second over all.`,
    ],
    tables: [
      {
        caption: `Resident memory, KB a socket, idle`,
        header: ['sockets', 'Tessera', 'bare', 'ratio', 'reach'],
        rows: memory.Tessera.map((one, step) => {
          const other = memory.bare[step]!;
          const last = step === STEPS - 1;
          const [value, judged] = ratio(last ? ours : one, last ? bare : other, 1.3, true);
          return [
            String((idle * (step + 1)) / STEPS),
            one.toFixed(1),
            other.toFixed(1),
            value!,
            last ? judged! : '',
          ];
        }),
      },
      { caption: 'Work', header: ['', 'Tessera', 'bare', 'ratio', 'reach'], rows },
    ],
    charts: [],
    data: { memory, measured },
  };
}
