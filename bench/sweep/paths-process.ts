/** Runs the simulations of the scoreboard that it is asked for, one at a time. */
import { PATH_CASES } from '../../lib/simulation/path-cases.ts';
import { runPathCase, type PathFigure } from '../../lib/simulation/path-case.ts';
import { runShareCase, SHARE_CASES, type ShareFigure } from '../../lib/simulation/share-case.ts';

/** A session over the path of that name, or the queue shared with that rival. */
export interface PathsTask {
  readonly kind: 'path' | 'share';
  readonly name: string;
  readonly seed: number;
}

export type PathsAnswer = { readonly figures: readonly PathFigure[] } | { readonly share: ShareFigure };

function answerTo({ kind, name, seed }: PathsTask): PathsAnswer {
  const path = kind === 'path' ? PATH_CASES.find((one) => one.name === name) : undefined;
  if (path !== undefined) return { figures: runPathCase(path, seed) };
  const share = SHARE_CASES.find((one) => one.name === name);
  if (share === undefined) throw new Error(`no case is called ${name}`);
  return { share: runShareCase(share, seed) };
}

process.on('message', (task: PathsTask) => {
  process.send?.(answerTo(task));
});
process.on('disconnect', () => process.exit(0));
