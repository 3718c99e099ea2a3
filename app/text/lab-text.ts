/** What the laboratory says. Loaded with that page only. */
import type { Preset, Slider } from '../../lib/lab/conditions.ts';
import type { LabProblem } from '../../lib/lab/laboratory.ts';
import type { System } from '../../lib/lab/timeline.ts';
import { type Messages, sayFrom, withFallback } from './catalogue.ts';
import english from './catalogues/en/lab.json' with { type: 'json' };

interface Complete {
  preset: Record<Preset, string>;
  slider: Record<Slider, string>;
  problem: Record<LabProblem, string>;
  system: Record<System, string>;
}

export type LabText = ReturnType<typeof labText>;

/** @param translation may lack messages: those are English. */
export function labText(translation: Messages, language: string) {
  const text: typeof english & Complete = withFallback(english, translation);
  const say = sayFrom(english, translation, language);
  return {
    ...text,
    speeds: { 0.1: text.speeds.tenth, 1: text.speeds.real, 10: text.speeds.tenfold },
    packets: (count: number) => say('packets', { count }),
    lanes: (count: number) => say('lanes', { count }),
    pictureWith: (system: string) => say('pictureWith', { system }),
    limit: (time: string) => say('limit', { time }),
    finished: (ours: string, name: string, theirs: string) => say('finished', { ours, name, theirs }),
  };
}

export const labEnglish: LabText = labText(english, 'en');
