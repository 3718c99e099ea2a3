import { DEFAULT_CONDITIONS } from '../../lib/lab/conditions.ts';
import { Laboratory } from '../../lib/lab/laboratory.ts';
import { measureQuality } from '../../lib/lab/measure-quality.ts';
import { startJob } from '../../lib/lab/start-job.ts';

/** A laboratory with this browser's worker and decoder. */
export function makeLaboratory(): Laboratory {
  const schedule = (delay: number, callback: () => void) => {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  };
  return new Laboratory({ startJob, measureQuality, schedule }, DEFAULT_CONDITIONS);
}
