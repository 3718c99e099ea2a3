/** Rounds of work at a signaling server: joins or messages, from a process of its own, and their costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Job, type JobOptions } from '../../testbed/load/job.ts';
import { percentile } from '../../testbed/load/people.ts';

export const ROUND_MS = 5000;

/** Work that begins and ends; `times` has milliseconds, one for each that was done. */
export interface Load {
  begin(): Promise<unknown>;
  end(): Promise<{ times: number[]; failed: number }>;
  stop(): void;
}

export interface Round {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

export async function joins(options: JobOptions<'joinLoad'>): Promise<Load> {
  const job = await Job.start('joinLoad', options);
  return {
    begin: () => job.call('begin'),
    end: async () => {
      const { times, failed } = await job.call('end');
      return { times, failed: Object.values(failed).reduce((sum, one) => sum + one, 0) };
    },
    stop: () => job.end(),
  };
}

export async function relays(options: JobOptions<'relayLoad'>): Promise<Load> {
  const job = await Job.start('relayLoad', options);
  return {
    begin: () => job.call('begin'),
    end: async () => ({ times: await job.call('end'), failed: 0 }),
    stop: () => job.end(),
  };
}

/**
 * @param cpuSeconds what each group of processes has used so far
 * @returns the round, and milliseconds of each group's processor for one of what was done
 */
export async function playRound(
  load: Load,
  cpuSeconds: () => readonly number[],
): Promise<{ round: Round; cpuMs: number[] }> {
  const before = cpuSeconds();
  const began = performance.now();
  await load.begin();
  await sleep(ROUND_MS);
  const { times, failed } = await load.end();
  const seconds = (performance.now() - began) / 1000;
  return {
    round: {
      perSecond: times.length / seconds,
      p50: percentile(times, 0.5) ?? NaN,
      p99: percentile(times, 0.99) ?? NaN,
      failed,
    },
    cpuMs: cpuSeconds().map((used, i) => (1000 * (used - (before[i] ?? NaN))) / times.length),
  };
}
