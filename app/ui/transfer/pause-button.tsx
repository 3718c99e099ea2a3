'use client';
/** Lets a picture rest or go on, and says who wants it to rest. */
import type { TransferSnapshot } from '../../../lib/session/model.ts';
import { restsHere } from '../../../lib/session/transfer-state.ts';
import type { PagesText } from '../../text/pages-text.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import ui from '../kit/ui.module.css';

type Pausable = Pick<TransferSnapshot, 'state' | 'paused'>;

/** Bytes of it cross, or would. */
export const mayPause = ({ state }: Pausable): boolean =>
  state === 'sending' || state === 'receiving' || state === 'paused';

/** Why it rests, where a person wants it to; `undefined`: for another reason, or it does not. */
export function restWords(t: PagesText, transfer: Pausable): string | undefined {
  if (transfer.state !== 'paused') return undefined;
  if (restsHere(transfer)) return t.transfer.pausedHere;
  return transfer.paused === 'there' ? t.transfer.pausedThere : undefined;
}

/** Lets one picture rest, or go on. */
export function PauseButton({ transfer, pause }: { transfer: Pausable; pause: (paused: boolean) => void }) {
  const { t } = useText();
  const named = useNamed();
  if (!mayPause(transfer)) return null;
  const rests = restsHere(transfer);
  const label = rests ? t.transfer.resume : t.transfer.pause;
  return (
    <button
      type="button"
      className={ui.button}
      data-testid={rests ? 'resume' : 'pause'}
      aria-label={named(label)}
      onClick={() => pause(!rests)}
    >
      {label}
    </button>
  );
}
