/**
 * How long the tasks of a page's main thread took, by the browser's own trace: the wall clock that `longtask`
 * entries show, and the processor time, which stays honest on a machine that others are using too.
 */
import type { Browser, Page } from '@playwright/test';

export interface Task {
  /** Milliseconds. */
  wall: number;
  processor: number;
  /** The longest parts of it, by their names in the trace. */
  parts: string;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { name?: string; data?: { functionName?: string; type?: string; url?: string } };
}

export async function traceTasks(browser: Browser, page: Page): Promise<() => Promise<Task[]>> {
  await browser.startTracing(page, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  });
  return async () => {
    const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const main = new Set(
      trace.traceEvents
        .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid}:${tid}`),
    );
    const events = trace.traceEvents.filter(({ ph, pid, tid }) => ph === 'X' && main.has(`${pid}:${tid}`));
    const tasks = events.filter(({ name, dur = 0 }) => name === 'RunTask' && dur > 50_000);
    return tasks.map((task) => ({
      wall: (task.dur ?? 0) / 1000,
      processor: (task.tdur ?? task.dur ?? 0) / 1000,
      parts: events
        .filter(
          ({ name, tid, ts, dur = 0 }) =>
            name !== 'RunTask' && tid === task.tid && ts >= task.ts && ts + dur <= task.ts + (task.dur ?? 0),
        )
        .sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0))
        .slice(0, 3)
        .map(
          ({ name, dur = 0, args: { data } }) =>
            `${name} ${data?.type ?? data?.functionName ?? ''} ${(dur / 1000).toFixed(0)} ms`,
        )
        .join(', '),
    }));
  };
}
