/**
 * One job, off the page's thread. The page ends this worker when a slider is moved: a simulation cannot be
 * called back.
 */
import { runJob, type Job, type JobAnswer } from './job.ts';

interface WorkerScope {
  postMessage(message: JobAnswer): void;
  onmessage: ((event: MessageEvent<Job>) => void) | null;
}
// The DOM library's `self` is a window.
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  for (const timeline of runJob(data)) scope.postMessage({ type: 'timeline', timeline });
  scope.postMessage({ type: 'done' });
};
