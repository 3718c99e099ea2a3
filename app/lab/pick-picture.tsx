'use client';
import { type ChangeEvent, useId } from 'react';
import type { LabPicture } from '../../lib/lab/picture.ts';
import ui from '../ui/kit/ui.module.css';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';

/** What crosses, and the way to another one. */
export function PickPicture({
  show,
  picture,
}: {
  show: (file: File) => void;
  picture: LabPicture | undefined;
}) {
  const { t, f } = useLabText();
  const id = useId();
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    if (file) show(file);
    // So that picking the same file again is a change again.
    event.target.value = '';
  };
  return (
    <div className={css.pick}>
      <label className={`${ui.button} ${css.pickButton}`} htmlFor={id}>
        <input
          id={id}
          type="file"
          accept="image/jpeg,image/png,image/webp,image/gif"
          data-testid="lab-file"
          onChange={picked}
        />
        {t.pick}
      </label>
      <p className={`${ui.soft} ${ui.small}`}>
        {picture && (
          <>
            <bdi data-testid="lab-picture">{picture.name || t.sample}</bdi>, {f.bytes(picture.bytes.length)}
            .{' '}
          </>
        )}
        {t.pickHint}
      </p>
    </div>
  );
}
