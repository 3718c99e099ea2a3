/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef, useState } from 'react';
import { sameSize, SizeError } from '../../../lib/image/inspect/element-size.ts';
import { CheckedImage } from './checked-image.tsx';
import css from './picture-box.module.css';
import { useObjectUrl } from './picture-urls.ts';
import type { ReceivedFile } from '../transfer/received-file.ts';
import { drawScaled, isLarge } from './scaled-picture.ts';

interface Props {
  file: ReceivedFile;
  alt: string;
  /** Whether it is drawn; called with `false` when it goes. */
  ready: boolean;
  onReady: (ready: boolean) => void;
  /** The browser sees another picture than the one whose header was read. */
  onRefused: () => void;
}

/**
 * The whole picture as one layer of its box. A large photograph is drawn at the size of the box, and costs no
 * more than that.
 */
export function FullPicture({ file, alt, ready, onReady, onRefused }: Props) {
  const [plain, setPlain] = useState(!isLarge(file));
  const canvas = useRef<HTMLCanvasElement>(null);
  const url = useObjectUrl(plain ? file.blob : undefined, '');
  const layer = ready ? css.layer : `${css.layer} ${css.hidden}`;

  useEffect(() => () => onReady(false), [onReady]);

  useEffect(() => {
    const element = canvas.current;
    if (plain || !element) return undefined;
    const stop = new AbortController();
    drawScaled(element, file, stop.signal).then(
      () => {
        if (!stop.signal.aborted) onReady(true);
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        // Damaged files are refused here, and an element shows what can be shown of them.
        if (error instanceof SizeError) onRefused();
        else setPlain(true);
      },
    );
    return () => {
      stop.abort();
      element.width = element.height = 0;
    };
  }, [file, plain, onReady, onRefused]);

  if (!plain)
    return <canvas ref={canvas} className={layer} role="img" aria-label={alt} aria-hidden={!ready} />;
  return (
    url && (
      <CheckedImage
        className={layer}
        src={url}
        alt={alt}
        // In the frame that shows it, so that the box is never empty.
        decoding="sync"
        expected={(natural) => file.natural !== undefined && sameSize(natural, file.natural)}
        onReady={() => onReady(true)}
        onRefused={onRefused}
      />
    )
  );
}
