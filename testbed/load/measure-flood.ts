/** Honest people beside one flood: how long their joins take, and how much the server grows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLivingServer, type LivingServer } from '../living-server.ts';
import { cpuSeconds, forgetPeak, megabytesNow, peakMegabytes } from '../processes.ts';
import type { FloodCount, FloodName } from './flood.ts';
import type { HonestJoins } from './honest-joins.ts';
import { Job } from './job.ts';

export interface FloodResult {
  name: FloodName;
  /** Without the flood, and with it. */
  calm: HonestJoins;
  flooded: HonestJoins;
  count: FloodCount;
  /** Megabytes of the server, resident: before the flood, and the most during it. */
  before: number;
  peak: number;
  /** Of one core, what the server took during the flood. */
  cpu: number;
}

export interface FloodTimes {
  calmMs: number;
  floodMs: number;
  /** Honest pairings a second. */
  perSecond: number;
}

/** A server, and people who pair there all the time. Each flood has an address of its own. */
export class FloodedServer {
  readonly #server: LivingServer;
  readonly #honest: Job<'honestJoins'>;
  readonly #times: FloodTimes;

  private constructor(server: LivingServer, honest: Job<'honestJoins'>, times: FloodTimes) {
    this.#server = server;
    this.#honest = honest;
    this.#times = times;
  }

  /** @param forwarded behind a proxy that it trusts: a client may claim any address */
  static async start(times: FloodTimes, forwarded = false): Promise<FloodedServer> {
    const server = await startLivingServer({ settings: forwarded ? { TRUST_PROXY: '1' } : {} });
    const { port } = server;
    const honest = await Job.start('honestJoins', { port, forwarded, perSecond: times.perSecond });
    // Code is compiled, and the heap finds its size.
    await sleep(times.calmMs);
    return new FloodedServer(server, honest, times);
  }

  /** Throws when the server ends. */
  async flood(name: FloodName): Promise<FloodResult> {
    const { port, pid } = this.#server;
    const { calmMs, floodMs } = this.#times;
    await this.#honest.call('take');
    await sleep(calmMs);
    const calm = await this.#honest.call('take');
    const before = megabytesNow(pid) ?? NaN;
    forgetPeak(pid);
    const cpuBefore = cpuSeconds(pid) ?? NaN;
    const attack = await Job.start('flood', { name, port });
    attack.yieldProcessor();
    try {
      await sleep(floodMs);
      const cpu = ((cpuSeconds(pid) ?? NaN) - cpuBefore) / (floodMs / 1000);
      const flooded = await this.#honest.call('take');
      const count = await attack.call('look');
      if (!this.#server.alive()) throw new Error(`the server ended:\n${this.#server.output()}`);
      return { name, calm, flooded, count, before, peak: peakMegabytes(pid) ?? NaN, cpu };
    } finally {
      attack.end();
    }
  }

  stop(): void {
    this.#honest.end();
    this.#server.stop();
  }
}
