'use client';
import { useState, type ImgHTMLAttributes } from 'react';
import css from './picture-box.module.css';

interface Props extends ImgHTMLAttributes<HTMLImageElement> {
  src: string;
  alt: string;
  /**
   * Whether an element that holds the picture may say this of its size, by what was read from the file's
   * header.
   */
  expected: (natural: { width: number; height: number }) => boolean;
  /** The browser sees another picture than the one whose header was read. It is not painted. */
  onRefused: () => void;
  onReady?: () => void;
}

/**
 * A received picture in an element that is painted only once the browser's word on its size is what was read.
 * A size costs no pixels: what has another one is gone before it was decoded.
 */
export function CheckedImage({ expected, onRefused, onReady, src, alt, className, ...rest }: Props) {
  const [checked, setChecked] = useState<string>();
  return (
    <img
      {...rest}
      className={[className, checked === src ? '' : css.hidden].filter(Boolean).join(' ')}
      src={src}
      alt={alt}
      onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => {
        if (!expected({ width, height })) return onRefused();
        setChecked(src);
        onReady?.();
      }}
    />
  );
}
