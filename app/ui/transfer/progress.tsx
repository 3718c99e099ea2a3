'use client';
import type { TransferSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import css from './progress.module.css';

/** Percentage, rate, time left. The line keeps its height in every state. */
export function Progress({ transfer }: { transfer: TransferSnapshot }) {
  const { t, f } = useText();
  const named = useNamed();
  const { figures, byteLength, state } = transfer;
  const share = byteLength > 0 ? Math.min(1, figures.bytesReceived / byteLength) : state === 'done' ? 1 : 0;
  const over = state === 'done';
  const rate = over ? figures.averageRate : figures.rate;
  const paused = state === 'paused';
  const left = paused ? undefined : figures.secondsLeft;
  const timeLeft =
    left === undefined ? '' : left < 1 ? t.transfer.almost : t.transfer.left(f.duration(Math.ceil(left)));
  return (
    <div className={css.progress}>
      <progress className={css.bar} max={1} value={share} aria-label={named(t.transfer.progress)} />
      <p className={css.words}>
        <strong>{f.percent(Math.floor(share * 100))}</strong>
        <span>{f.bytes(figures.bytesReceived)}</span>
        {/* What is here at once has neither. */}
        {!paused && rate > 0 && <span>{f.rate(rate)}</span>}
        <span>{!over ? timeLeft : figures.seconds > 0 && f.duration(figures.seconds)}</span>
      </p>
    </div>
  );
}
