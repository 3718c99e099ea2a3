import { CancelReason } from '../../protocol/control.ts';
import type { ProblemCode } from '../model.ts';

const PROBLEMS: Record<CancelReason, ProblemCode> = {
  [CancelReason.person]: 'cancelled-there',
  [CancelReason.unreadable]: 'source-unreadable',
  [CancelReason.changed]: 'source-changed',
  [CancelReason.storage]: 'storage-full',
  [CancelReason.violation]: 'protocol-violation',
  [CancelReason.silence]: 'timed-out',
  [CancelReason.tooLarge]: 'too-large',
};

/** What the other side's reason for ending a transfer means here. */
export const problemOf = (reason: CancelReason): ProblemCode => PROBLEMS[reason];
