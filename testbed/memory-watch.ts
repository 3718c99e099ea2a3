/** How much the pages of a browser grow: resident memory of the processes that run them. */
import type { Browser } from '@playwright/test';
import { forgetPeak, megabytesNow, peakMegabytes, processesOf } from './processes.ts';

/**
 * What the renderers held when the watch began, and the sum of the most that each held since; megabytes,
 * resident.
 */
export interface MemoryGrowth {
  before: number;
  peak: number;
  /** Looked at again and again: seconds since the start, and megabytes then. */
  samples: { seconds: number; megabytes: number }[];
}

const LOOK_MS = 500;

/** Resident memory of the processes that run the pages of a browser, those that were there at the start. */
export class MemoryWatch {
  readonly #before: ReadonlyMap<number, number>;
  readonly #samples: { seconds: number; megabytes: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(before: ReadonlyMap<number, number>) {
    this.#before = before;
    const began = performance.now();
    this.#timer = setInterval(() => {
      this.#samples.push({ seconds: (performance.now() - began) / 1000, megabytes: this.#sum(megabytesNow) });
    }, LOOK_MS);
  }

  static async start(browser: Browser): Promise<MemoryWatch> {
    const before = new Map<number, number>();
    for (const { pid, renderer } of await processesOf(browser)) {
      const now = renderer ? megabytesNow(pid) : undefined;
      if (now === undefined) continue;
      forgetPeak(pid);
      before.set(pid, now);
    }
    return new MemoryWatch(before);
  }

  /** Megabytes that are resident at this moment. */
  now(): number {
    return this.#sum(megabytesNow);
  }

  stop(): MemoryGrowth {
    clearInterval(this.#timer);
    const before = [...this.#before.values()].reduce((sum, megabytes) => sum + megabytes, 0);
    return { before, peak: this.#sum(peakMegabytes), samples: this.#samples };
  }

  /** A process that is gone, as the browser's spare one may be, has not shrunk. */
  #sum(megabytes: (pid: number) => number | undefined): number {
    return [...this.#before].reduce((sum, [pid, before]) => sum + (megabytes(pid) ?? before), 0);
  }
}
