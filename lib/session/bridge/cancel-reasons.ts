/** What the reasons of CANCEL (P-14) are called on the page. */
import { CancelReason } from '../../protocol/wire/control-message.ts';
import { StorageError } from '../../storage/byte-store.ts';
import type { ProblemCode } from '../model.ts';

const PROBLEMS: Record<CancelReason, ProblemCode> = {
  [CancelReason.person]: 'cancelled-there',
  [CancelReason.unreadable]: 'source-unreadable',
  [CancelReason.changed]: 'source-changed',
  [CancelReason.storage]: 'storage-full',
  [CancelReason.violation]: 'protocol-violation',
  [CancelReason.silence]: 'timed-out',
  [CancelReason.tooLarge]: 'too-large',
  [CancelReason.storageFailed]: 'storage-failed',
};

/** What the other side's reason for ending a transfer means here. */
export const problemOf = (reason: CancelReason): ProblemCode => PROBLEMS[reason];

/** Why a picture that the receiver's store refuses has ended. */
export function storageReason(error: unknown): CancelReason {
  const code = error instanceof StorageError ? error.code : 'failed';
  if (code === 'storage-full') return CancelReason.storage;
  return code === 'too-large' ? CancelReason.tooLarge : CancelReason.storageFailed;
}
