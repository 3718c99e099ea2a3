'use client';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { HEADER_BYTES } from '../../../lib/image/inspect/dimensions.ts';
import type { PartialPainter } from '../../../lib/image/partial/partial.ts';
import { sniffType } from '../../../lib/image/inspect/sniff.ts';
import type { ReceiverSession, TransferSnapshot } from '../../../lib/session/model.ts';

interface Options {
  session: Pick<ReceiverSession, 'read'>;
  transfer: TransferSnapshot;
  active: boolean;
  /** What is painted stays on the canvas; otherwise its memory is given back. */
  keep: boolean;
}

/** Enough of the front to know the format; dimensions often follow within the first chunks. */
const START_BYTES = 4096;

/**
 * Paints the front of the original into a canvas as it grows. The decoder is loaded with the first bytes, and
 * whatever goes wrong with it costs only this layer.
 */
export function usePartialPicture({ session, transfer, active, keep }: Options): {
  canvas: RefObject<HTMLCanvasElement | null>;
  shown: boolean;
} {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<PartialPainter>(undefined);
  const prefix = useRef(0);
  const [shown, setShown] = useState(false);
  const { id, byteLength } = transfer;
  const enough =
    transfer.figures.prefixBytes >= Math.min(START_BYTES, transfer.byteLength) && transfer.byteLength > 0;

  useEffect(() => {
    prefix.current = transfer.figures.prefixBytes;
    painter.current?.advance(prefix.current);
  }, [transfer.figures.prefixBytes]);

  useEffect(() => {
    const element = canvas.current;
    if (!active || !enough || !element) return undefined;
    let over = false;
    const start = async () => {
      const [{ createPartialPainter }, front] = await Promise.all([
        import('../../../lib/image/partial/partial.ts'),
        session.read(id, 0, Math.min(prefix.current, HEADER_BYTES)),
      ]);
      const kind = sniffType(front);
      if (over || !kind?.showable || !kind.partial) return;
      painter.current = createPartialPainter({
        canvas: element,
        type: kind.type,
        length: byteLength,
        read: (from, to) => session.read(id, from, to),
        onPaint: () => setShown(true),
      });
      painter.current.advance(prefix.current);
    };
    // The preview stays.
    start().catch(() => undefined);
    return () => {
      over = true;
      painter.current?.close();
      painter.current = undefined;
    };
  }, [session, id, byteLength, active, enough]);

  useEffect(() => {
    if (keep) return undefined;
    const element = canvas.current;
    if (element) element.width = element.height = 0;
    // oxlint-disable-next-line react/set-state-in-effect -- follows from what was just done to the canvas
    setShown(false);
    return undefined;
  }, [keep]);

  return { canvas, shown };
}
