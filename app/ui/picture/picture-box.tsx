'use client';
/** The frame of a picture on its card, at each stage of its arrival. */
import type { ReactNode } from 'react';
import { useObjectUrl, useThumbUrl } from './picture-urls.ts';
import css from './picture-box.module.css';

export type Stage = 'thumb' | 'preview' | 'partial' | 'full';

interface Size {
  width?: number | undefined;
  height?: number | undefined;
}

/** Beyond these a panorama would be a line; the picture is then fitted into the box. */
const MAX_RATIO = 2.4;
const MIN_RATIO = 0.8;

const ratioOf = ({ width, height }: Size): number => (width && height ? width / height : 4 / 3);

/** Taller ones may meet the box's greatest height, and then do not fill it. */
const FILLS_FROM = 1.2;

/** The box has the picture's own proportions, so that a thumb may be drawn out to them. */
export function fills(size: Size): boolean {
  const ratio = ratioOf(size);
  return ratio <= MAX_RATIO && ratio >= FILLS_FROM;
}

/**
 * One box of the picture's own proportions from the first moment on, so that nothing moves while it sharpens.
 */
export function PictureBox({
  size,
  stage,
  children,
}: {
  size: Size;
  stage: Stage | undefined;
  children: ReactNode;
}) {
  const kept = Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratioOf(size)));
  return (
    <div className={css.box} style={{ aspectRatio: String(kept) }} data-testid="preview" data-stage={stage}>
      {children}
    </div>
  );
}

/** The sender's side: the small preview that was made of the picture, or the thumb. */
export function PreviewPicture({
  size,
  thumb,
  preview,
  alt,
  none,
}: {
  size: Size;
  thumb: Uint8Array | undefined;
  preview: Blob | Uint8Array | undefined;
  alt: string;
  none: string;
}) {
  const thumbUrl = useThumbUrl(thumb);
  const previewUrl = useObjectUrl(preview, 'image/webp');
  const url = previewUrl ?? thumbUrl;
  return (
    <PictureBox size={size} stage={previewUrl ? 'preview' : thumbUrl ? 'thumb' : undefined}>
      {url ? (
        <img
          className={`${css.layer} ${!previewUrl && fills(size) ? css.fills : ''}`}
          src={url}
          alt={alt}
          decoding="async"
        />
      ) : (
        <p className={css.none}>{none}</p>
      )}
    </PictureBox>
  );
}
