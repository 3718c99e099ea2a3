'use client';
import { type FileKind, fileKind, fileLabel } from '../../../lib/image/file-kind.ts';
import css from './file-icon.module.css';

/** What is drawn inside the sheet, in a box of 24 × 24. */
const SIGNS: Record<FileKind, string> = {
  picture: 'M6 17l4-5 3 3 2-2 3 4z',
  film: 'M9 9l7 4-7 4z',
  sound: 'M10 16V9l6-1v7M10 16a1.6 1.6 0 1 1-1.6-1.6M16 15a1.6 1.6 0 1 1-1.6-1.6',
  document: 'M7 10h10M7 13h10M7 16h6',
  text: 'M7 10h10M7 13h10M7 16h6',
  archive: 'M12 4v2M12 8v2M12 12v2M10.5 15.5h3v3h-3z',
  other: 'M9 13h6',
};

/** In place of a picture, for a file that is none. Its kind stands in words beside it. */
export function FileIcon({ name, type }: { name: string; type: string }) {
  const kind = fileKind(name, type);
  return (
    <div className={css.icon} data-testid="file-icon" data-kind={kind} aria-hidden="true">
      <svg viewBox="0 0 24 24" width="40" height="40">
        <path d="M5 2.75h9.5L19 7.25v14H5z" className={css.sheet} />
        <path d={SIGNS[kind]} className={kind === 'film' || kind === 'picture' ? css.full : css.line} />
      </svg>
      <span>{fileLabel(name, type)}</span>
    </div>
  );
}
