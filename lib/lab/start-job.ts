import type { Job, JobAnswer } from './job.ts';
import type { Timeline } from './timeline.ts';

export interface JobListener {
  timeline(timeline: Timeline): void;
  done(): void;
  /** The simulation broke: a fault of ours. */
  failed(): void;
}

/** Runs a job in a worker of its own. @returns ends it */
export function startJob(job: Job, listener: JobListener): () => void {
  const worker = new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<JobAnswer>) => {
    if (data.type === 'timeline') listener.timeline(data.timeline);
    else {
      listener.done();
      worker.terminate();
    }
  });
  worker.addEventListener('error', () => {
    worker.terminate();
    listener.failed();
  });
  worker.postMessage(job);
  return () => worker.terminate();
}
