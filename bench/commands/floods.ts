/** One address against the server for a minute with each kind of flood, and people who pair meanwhile. */
import type { Bench } from '../bench.ts';
import { reachText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { floods as kinds } from '../../testbed/load/flood.ts';
import { FloodedServer, type FloodResult } from '../../testbed/load/measure-flood.ts';
import { percentile } from '../../testbed/load/people.ts';

const PER_SECOND = 10;
/** Milliseconds of the join that one in a hundred exceeds. */
const REACH_MS = 500;
const REACH_MEGABYTES = 64;

export async function floods(bench: Bench): Promise<Result> {
  const { quick, case: only } = bench.args;
  const chosen = kinds.filter((name) => only === undefined || only.split(',').includes(name));
  const times = { calmMs: quick ? 2000 : 4000, floodMs: quick ? 5000 : 60_000, perSecond: PER_SECOND };
  const results: FloodResult[] = [];
  for (const name of chosen) {
    const server = await FloodedServer.start(times, name === 'addresses');
    try {
      const result = await server.flood(name);
      results.push(result);
      bench.say(`${name}: ${row(result).join(' | ')}`);
    } finally {
      server.stop();
    }
  }
  return {
    name: 'floods',
    title: 'One address floods the server, and people pair',
    notes: [
      `The server as people run it, in a process of its own, new for each flood; ${PER_SECOND} pairings a second of real Socket.IO clients from ever new addresses, in a process of their own; and the flood, ${times.floodMs / 1000} s from one address, as fast as it can, in a third. A join is from the receiver's connecting to \`paired\`. Growth is the server's resident memory: the most during the flood less what it was before. Flood, clients and server share the machine's cores.`,
      '`silent`: handshakes, no CONNECT. `events`: unknown events, pings, empty fragments. `codes`: codes by chance. `pairs`: pairs with itself and returns, held. `http`: ranges, pipelines that are not read, halves of requests. `handshakes`: a byte a second. `oversize`: frames that claim a gigabyte, greatest frames without pause, endless fragments. `origins`: pages and names of strangers. `addresses`: behind a trusted proxy, each try under another address.',
    ],
    tables: [
      {
        caption: 'Floods',
        header: [
          'flood',
          'tried',
          'refused at once',
          'ended later',
          'held at the end',
          'frames sent',
          'joins',
          'failed',
          'p50 calm, ms',
          'p99 calm, ms',
          'p50, ms',
          'p99, ms',
          'reach',
          'growth, MB',
          'reach',
          'server, cores',
        ],
        rows: results.map(row),
      },
    ],
    charts: [],
    data: results,
  };
}

function row({ name, calm, flooded, count, before, peak, cpu }: FloodResult): string[] {
  const failed = Object.values(flooded.failed).reduce((sum, one) => sum + one, 0);
  const at = (joins: number[], share: number) => Math.round(percentile(joins, share) ?? NaN);
  const growth = Math.round(peak - before);
  return [
    name,
    ...[count.tried, count.refused, count.closed, count.held, count.sent].map(String),
    String(flooded.joins.length),
    String(failed),
    String(at(calm.joins, 0.5)),
    String(at(calm.joins, 0.99)),
    String(at(flooded.joins, 0.5)),
    String(at(flooded.joins, 0.99)),
    reachText(failed > 0 ? Infinity : at(flooded.joins, 0.99), REACH_MS),
    String(growth),
    reachText(growth, REACH_MEGABYTES),
    cpu.toFixed(2),
  ];
}
