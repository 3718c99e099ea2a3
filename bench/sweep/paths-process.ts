/** Runs the simulations of the scoreboard that it is asked for, one at a time. */
import { PATH_CASES } from '../../lib/simulation/path-cases.ts';
import { runPathCase, type PathFigure } from '../../lib/simulation/path-case.ts';
import { ROOM_CASES, runRoomCase, type RoomFigure } from '../../lib/simulation/room-case.ts';
import { runShareCase, SHARE_CASES, type ShareFigure } from '../../lib/simulation/share-case.ts';

/** A session over the path of that name, the queue shared with that rival, or that room of several. */
export interface PathsTask {
  readonly kind: 'path' | 'share' | 'room';
  readonly name: string;
  readonly seed: number;
}

export type PathsAnswer =
  | { readonly figures: readonly PathFigure[] }
  | { readonly share: ShareFigure }
  | { readonly room: RoomFigure };

function answerTo({ kind, name, seed }: PathsTask): PathsAnswer {
  const path = kind === 'path' ? PATH_CASES.find((one) => one.name === name) : undefined;
  if (path !== undefined) return { figures: runPathCase(path, seed) };
  const room = kind === 'room' ? ROOM_CASES.find((one) => one.name === name) : undefined;
  if (room !== undefined) return { room: runRoomCase(room, seed) };
  const share = SHARE_CASES.find((one) => one.name === name);
  if (share === undefined) throw new Error(`no case is called ${name}`);
  return { share: runShareCase(share, seed) };
}

process.on('message', (task: PathsTask) => {
  process.send?.(answerTo(task));
});
process.on('disconnect', () => process.exit(0));
