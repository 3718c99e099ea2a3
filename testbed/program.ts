/** Programs of the machine that a test may need. */
import { spawnSync } from 'node:child_process';

/** Whether it can be run; it is, with these arguments, which are to do no more than say something. */
export const hasProgram = (name: string, ...args: readonly string[]): boolean =>
  spawnSync(name, args).error === undefined;
