/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef, useState } from 'react';
import type { PartialPainter } from '../../lib/image/partial/partial.ts';
import type { LabPicture } from '../../lib/lab/picture.ts';
import { type Timeline, valueAt } from '../../lib/lab/timeline.ts';
import { sameSize } from '../../lib/image/inspect/element-size.ts';
import { CheckedImage } from '../ui/picture/checked-image.tsx';
import css from '../ui/picture/picture-box.module.css';
import { useObjectUrl, useThumbUrl } from '../ui/picture/picture-urls.ts';
import { useLabText } from './use-lab-text.ts';
import own from './laboratory.module.css';

interface Props {
  side: 'ours' | 'theirs';
  title: string;
  picture: LabPicture | undefined;
  /** `undefined` while it is being simulated. */
  timeline: Timeline | undefined;
  position: number;
  epoch: string;
}

/** One side: the layers that a receiver sees at this moment, and a line that says which. */
export function SidePicture({ side, title, picture, timeline, position, epoch }: Props) {
  const { t, f } = useLabText();
  const [paintedEpoch, setPaintedEpoch] = useState<string>();
  const [refusedUrl, setRefused] = useState<string>();
  const ours = side === 'ours';
  const thumbUrl = useThumbUrl(ours ? picture?.thumb : undefined);
  const previewUrl = useObjectUrl(ours ? picture?.preview : undefined, 'image/webp');
  const fullUrl = useObjectUrl(picture?.blob, '');

  const refused = refusedUrl !== undefined && refusedUrl === fullUrl;

  const front = timeline ? valueAt(timeline.front, position) : 0;
  const full = timeline?.completeAt !== undefined && position >= timeline.completeAt;
  const preview = previewUrl !== undefined && position >= (timeline?.previewAt ?? Infinity);
  const partial = paintedEpoch === epoch;
  const stage = full
    ? 'full'
    : partial
      ? 'partial'
      : preview
        ? 'preview'
        : thumbUrl && timeline
          ? 'thumb'
          : 'none';
  const percent = timeline ? f.percent((100 * front) / timeline.byteLength) : '';
  return (
    <section className={own.side} aria-label={title}>
      <h2 className={own.sideTitle}>{title}</h2>
      <div
        className={`${css.box} ${own.box}`}
        role="img"
        aria-label={t.pictureWith(title)}
        data-testid={`lab-${side}`}
        data-stage={stage}
        style={{ aspectRatio: String(picture ? picture.width / picture.height : 3 / 2) }}
      >
        {thumbUrl && timeline && <img className={css.layer} src={thumbUrl} alt="" />}
        {previewUrl && (
          <img className={preview ? css.layer : `${css.layer} ${css.hidden}`} src={previewUrl} alt="" />
        )}
        {picture && (
          <GrowingPicture
            key={epoch}
            picture={picture}
            front={front}
            painted={partial}
            onPaint={() => setPaintedEpoch(epoch)}
          />
        )}
        {fullUrl && !refused && (
          <CheckedImage
            className={full ? css.layer : `${css.layer} ${css.hidden}`}
            src={fullUrl}
            alt=""
            expected={(natural) => picture !== undefined && sameSize(natural, picture.natural)}
            onRefused={() => setRefused(fullUrl)}
          />
        )}
      </div>
      <p className={own.stage}>
        <span data-testid={`lab-stage-${side}`}>{timeline ? t.stage[stage] : t.simulating}</span>
        <span className={own.numbers}>{percent}</span>
      </p>
    </section>
  );
}

/** The front of the file as a decoder shows it; made anew when time goes back. */
function GrowingPicture({
  picture,
  front,
  painted,
  onPaint,
}: {
  picture: LabPicture;
  front: number;
  painted: boolean;
  onPaint: () => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<PartialPainter>(undefined);
  const known = useRef(front);
  const told = useRef(onPaint);

  useEffect(() => {
    known.current = front;
    told.current = onPaint;
    if (front > 0) painter.current?.advance(front);
  });

  useEffect(() => {
    let over = false;
    void import('../../lib/image/partial/partial.ts').then(({ createPartialPainter }) => {
      if (over || !canvas.current) return;
      painter.current = createPartialPainter({
        canvas: canvas.current,
        type: picture.type,
        length: picture.bytes.length,
        read: (from, to) => Promise.resolve(picture.bytes.slice(from, to)),
        onPaint: () => told.current(),
      });
      if (known.current > 0) painter.current.advance(known.current);
    });
    return () => {
      over = true;
      painter.current?.close();
      painter.current = undefined;
    };
  }, [picture]);

  return (
    <canvas ref={canvas} className={painted ? css.layer : `${css.layer} ${css.hidden}`} aria-hidden="true" />
  );
}
