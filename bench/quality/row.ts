/** What was measured of one picture over one link. */
import type { CaseResult } from '../measure-case.ts';
import type { Step } from './curves.ts';

export const SYSTEMS = ['Tessera', 'Tessera without preview', 'reliable channel'] as const;
export type System = (typeof SYSTEMS)[number];

export interface QualityRun {
  /** To the last byte; of Tessera, until it was verified. */
  seconds: number;
  steps: Step[];
}

/** Beside the curves, what the laboratory's test (lib/lab/measured.test.ts) reads of any result. */
export interface QualityRow extends Pick<
  CaseResult,
  'case' | 'limitSeconds' | 'first' | 'later' | 'buffered' | 'load'
> {
  runs: Record<System, QualityRun[]>;
}
