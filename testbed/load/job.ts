/** Work that must not share a thread with what it measures: a job in a process of its own, which answers. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { jobs } from './job-process.ts';

type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type JobOptions<N extends JobName> = Parameters<Jobs[N]>[0];
type Methods<N extends JobName> = Awaited<ReturnType<Jobs[N]>>;

export class Job<N extends JobName> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  static async start<N extends JobName>(name: N, options: JobOptions<N>): Promise<Job<N>> {
    const child = fork(
      fileURLToPath(new URL('job-process.ts', import.meta.url)),
      [name, JSON.stringify(options ?? {})],
      { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const job = new Job<N>(child);
    await job.#next();
    return job;
  }

  /** What others do on machines of their own: here it waits for the work that is measured. */
  yieldProcessor(): void {
    setPriority(this.pid, 15);
  }

  /** Calls one of the job's methods there, one at a time. */
  async call<M extends keyof Methods<N> & string>(method: M): Promise<Result<Methods<N>[M]>> {
    this.#child.send(method);
    return (await this.#next()) as Result<Methods<N>[M]>;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  async #next(): Promise<unknown> {
    const gone = new AbortController();
    const ended = once(this.#child, 'exit', { signal: gone.signal }).then(() => {
      throw new Error('a process of the load has ended');
    });
    try {
      const [answer] = (await Promise.race([
        once(this.#child, 'message', { signal: gone.signal }),
        ended,
      ])) as [unknown];
      return answer;
    } finally {
      gone.abort();
      ended.catch(() => undefined);
    }
  }
}

type Result<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
