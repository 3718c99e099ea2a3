/** What the page and the laboratory's worker say to each other. */
import { RIVALS, type Conditions } from './conditions.ts';
import { simulateRival, simulateTessera } from './simulate.ts';
import type { Timeline } from './timeline.ts';

export interface Job {
  readonly conditions: Conditions;
  readonly picture: Uint8Array;
  readonly preview: Uint8Array | undefined;
}

export type JobAnswer =
  | { readonly type: 'timeline'; readonly timeline: Timeline }
  | { readonly type: 'done' };

/** What the page waits for is first: Tessera and the rival on view, then the others for the table. */
export function* runJob({ conditions, picture, preview }: Job): Generator<Timeline> {
  yield simulateTessera(conditions, picture, preview);
  const others = RIVALS.filter((rival) => rival !== conditions.rival);
  for (const rival of [conditions.rival, ...others]) yield simulateRival(rival, conditions, picture.length);
}
