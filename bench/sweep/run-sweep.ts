import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Conditions } from '../../lib/simulation/sweep.ts';
import type { SweepCell } from './grid.ts';

/** All cells, on every core; the order of the answers is that of the cells. */
export async function runSweep(
  cells: readonly Conditions[],
  progress: (done: number) => void,
): Promise<SweepCell[]> {
  const results: SweepCell[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    const child = fork(fileURLToPath(new URL('sweep-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      // Structured cloning: JSON has no Infinity and no undefined.
      serialization: 'advanced',
    });
    try {
      await new Promise<void>((resolve, reject) => {
        let at = -1;
        const give = (): void => {
          at = next++;
          const cell = cells[at];
          if (cell) child.send(cell);
          else resolve();
        };
        child.on('message', (cell: SweepCell) => {
          results[at] = cell;
          progress(++done);
          give();
        });
        child.on('error', reject);
        child.on('exit', (code) => reject(new Error(`a simulation ended with ${code} in cell ${at}`)));
        give();
      });
    } finally {
      child.removeAllListeners('exit');
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
