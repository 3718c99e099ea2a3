/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef, useState } from 'react';
import css from './picture-box.module.css';
import { useObjectUrl } from './picture-urls.ts';
import type { ReceivedFile } from '../transfer/received-file.ts';
import { drawScaled, isLarge } from './scaled-picture.ts';

interface Props {
  file: ReceivedFile;
  alt: string;
  /** Whether it is drawn; told `false` when it goes. */
  ready: boolean;
  onReady: (ready: boolean) => void;
}

/** The whole picture as one layer of its box. A large photograph is drawn at the size of the box, and costs no more than that. */
export function FullPicture({ file, alt, ready, onReady }: Props) {
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
      // Damaged files are refused here, and an element shows what can be shown of them.
      () => {
        if (!stop.signal.aborted) setPlain(true);
      },
    );
    return () => {
      stop.abort();
      element.width = element.height = 0;
    };
  }, [file, plain, onReady]);

  if (!plain)
    return <canvas ref={canvas} className={layer} role="img" aria-label={alt} aria-hidden={!ready} />;
  return (
    url && (
      <img
        className={layer}
        src={url}
        alt={alt}
        // In the frame that shows it, so that the box is never empty.
        decoding="sync"
        onLoad={() => onReady(true)}
      />
    )
  );
}
