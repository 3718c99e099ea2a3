/** Runs the cells it is sent, one at a time, and answers with each: a simulation keeps a core to itself. */
import type { Conditions } from '../../lib/simulation/sweep.ts';
import { runCell } from './run-cell.ts';

process.on('message', (cell: Conditions) => {
  process.send?.(runCell(cell));
});
process.on('disconnect', () => process.exit(0));
