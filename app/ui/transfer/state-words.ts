import { fileKind } from '../../../lib/image/file-kind.ts';
import { isMessage } from '../../../lib/image/text-message.ts';
import type { TransferSnapshot } from '../../../lib/session/model.ts';
import type { PagesText } from '../../text/pages-text.ts';
import { restWords } from './pause-button.tsx';

/** The receiver's words for a state, by what it is that is received. */
export function receiverWords(t: PagesText, transfer: TransferSnapshot, type = transfer.type): string {
  const { name, state } = transfer;
  const rests = restWords(t, transfer);
  if (rests !== undefined) return rests;
  if (fileKind(name, type) === 'picture') return t.receiverStates[state];
  if (isMessage(transfer) && state === 'offered') return t.words.offered;
  const words: Partial<Record<typeof state, string>> = t.fileStates;
  return words[state] ?? t.receiverStates[state];
}
