/** CPU time and memory of a browser's processes, from Linux's /proc. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';

/** USER_HZ: the unit of /proc/PID/stat is fixed for programs, whatever the kernel's own tick is (proc(5)). */
const TICKS_A_SECOND = 100;

export interface Use {
  cpuSeconds: number;
  /** Sum of each process's own peak of resident memory; memory shared between them counts in each. */
  peakMegabytes: number;
  /** CPU seconds by the name that the browser gave the thread (15 letters of it), the largest first. */
  threads: Record<string, number>;
}

interface Process {
  pid: number;
  renderer: boolean;
}

/** Measures from `start` to `stop`: the processes that draw and run pages, and all of the browser's. */
export class ProcessMeter {
  readonly #browser: Browser;
  readonly #before = new Map<number, number>();
  readonly #threadsBefore = new Map<string, number>();

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Forgets the peaks so far, which needs to be the same user. */
  static async start(browser: Browser): Promise<ProcessMeter> {
    const meter = new ProcessMeter(browser);
    for (const { pid } of await processesOf(browser)) {
      meter.#before.set(pid, cpuSeconds(pid) ?? 0);
      for (const { id, seconds } of threadsOf(pid)) meter.#threadsBefore.set(id, seconds);
      forgetPeak(pid);
    }
    return meter;
  }

  async stop(): Promise<{ renderers: Use; all: Use }> {
    const renderers: Use = { cpuSeconds: 0, peakMegabytes: 0, threads: {} };
    const all: Use = { cpuSeconds: 0, peakMegabytes: 0, threads: {} };
    for (const { pid, renderer } of await processesOf(this.#browser)) {
      const seconds = (cpuSeconds(pid) ?? 0) - (this.#before.get(pid) ?? 0);
      const megabytes = peakMegabytes(pid) ?? 0;
      const threads = threadsOf(pid);
      for (const use of renderer ? [renderers, all] : [all]) {
        use.cpuSeconds += seconds;
        use.peakMegabytes += megabytes;
        for (const { id, name, seconds } of threads)
          use.threads[name] = (use.threads[name] ?? 0) + seconds - (this.#threadsBefore.get(id) ?? 0);
      }
    }
    for (const use of [renderers, all]) use.threads = largestFirst(use.threads);
    return { renderers, all };
  }
}

const roots = new WeakMap<Browser, Promise<number>>();

/**
 * The process that started all others of a browser. Asked once, as soon as it is launched: Chromium 156 never
 * answers this question when a renderer ends meanwhile, nor any later one.
 */
export function rootOf(browser: Browser): Promise<number> {
  const known = roots.get(browser) ?? askForRoot(browser);
  roots.set(browser, known);
  return known;
}

async function askForRoot(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.find(({ type }) => type === 'browser')!.id;
}

/** Of this moment, by the kernel's own table. */
export async function processesOf(browser: Browser): Promise<Process[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? procFile(`${name}/stat`) : undefined;
    if (stat === undefined) continue;
    const parent = Number(fieldsOf(stat)[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const family = [await rootOf(browser)];
  // Grows while it is walked.
  for (const pid of family) family.push(...(children.get(pid) ?? []));
  return family.map((pid) => ({
    pid,
    renderer: procFile(`${pid}/cmdline`)?.includes('--type=renderer') === true,
  }));
}

/** Stops all processes of a browser, as a laptop's lid does it. */
export async function freeze(browser: Browser): Promise<{ processes: number; wake: () => void }> {
  const ids = (await processesOf(browser)).map(({ pid }) => pid);
  const all = (signal: NodeJS.Signals): void => {
    for (const id of ids)
      try {
        process.kill(id, signal);
      } catch {
        // Gone.
      }
  };
  all('SIGSTOP');
  return { processes: ids.length, wake: () => all('SIGCONT') };
}

/**
 * A browser that takes what others leave of the processors: one on a machine of its own would take nothing.
 * Linux weighs the niceness of a process within its terminal session alone, and that of sessions by
 * `autogroup` (sched(7)); where there is no such file, nothing happens.
 */
export async function giveWay(browser: Browser): Promise<void> {
  for (const { pid } of await processesOf(browser))
    try {
      writeFileSync(`/proc/${pid}/autogroup`, '19');
    } catch {
      // Gone, or another system.
    }
}

/** User and system time. `undefined`: there is no such process. */
export function cpuSeconds(pid: number): number | undefined {
  const stat = procFile(`${pid}/stat`);
  return stat === undefined ? undefined : secondsOf(stat);
}

function threadsOf(pid: number): { id: string; name: string; seconds: number }[] {
  let ids: string[] = [];
  try {
    ids = readdirSync(`/proc/${pid}/task`);
  } catch {
    // Gone.
  }
  return ids.flatMap((id) => {
    const stat = procFile(`${pid}/task/${id}/stat`);
    if (stat === undefined) return [];
    // Pools number their threads.
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')).replace(/[/ ]?\d+$/, '');
    return [{ id: `${pid}/${id}`, name, seconds: secondsOf(stat) }];
  });
}

/** Of /proc/PID/stat, from the third: the second is a name in parentheses and may contain anything. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** `utime` and `stime` are 14 and 15. */
function secondsOf(stat: string): number {
  const fields = fieldsOf(stat);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

const largestFirst = (seconds: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(seconds).toSorted(([, a], [, b]) => b - a));

/** `VmHWM`: the most that was resident since the process began, or since `clear_refs` was set to 5. */
export function peakMegabytes(pid: number): number | undefined {
  return statusMegabytes(pid, 'VmHWM');
}

export function megabytesNow(pid: number): number | undefined {
  return statusMegabytes(pid, 'VmRSS');
}

function statusMegabytes(pid: number, field: 'VmHWM' | 'VmRSS'): number | undefined {
  const status = procFile(`${pid}/status`);
  const kilobytes = status && new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  return kilobytes === undefined || kilobytes === '' ? undefined : Number(kilobytes) / 1024;
}

export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Gone, or not ours: its peak is that of its life.
  }
}

function procFile(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}
