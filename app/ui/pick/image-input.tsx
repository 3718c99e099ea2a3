'use client';
import { type ChangeEvent, memo, type ReactNode, useEffect, useId, useState } from 'react';
import { useText } from '../../text/text.tsx';
import { filesFromDrop, onlyPictures, sharedFiles } from './files-from.ts';
import css from './image-input.module.css';
import ui from '../kit/ui.module.css';

interface Props {
  add: (files: Iterable<File>) => void;
  hint: string;
}

/** Every way in: file dialog, folder, camera, drop anywhere on the page, paste, and sharing from another app. */
export const ImageInput = memo(function ImageInput({ add, hint }: Props) {
  const { t } = useText();
  const [over, setOver] = useState(false);
  const [shared, setShared] = useState(false);

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) {
        event.preventDefault();
        add(files);
      }
    };
    const dragOver = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const dragLeave = (event: DragEvent) => {
      // Only when the pointer leaves the window: elements inside it fire this too.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void filesFromDrop(event.dataTransfer).then(add);
    };
    window.addEventListener('paste', paste);
    window.addEventListener('dragover', dragOver);
    window.addEventListener('dragleave', dragLeave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('paste', paste);
      window.removeEventListener('dragover', dragOver);
      window.removeEventListener('dragleave', dragLeave);
      window.removeEventListener('drop', drop);
    };
  }, [add]);

  useEffect(() => {
    void sharedFiles().then((files) => {
      if (files.length === 0) return;
      add(files);
      setShared(true);
    });
  }, [add]);

  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    add(onlyPictures([...(event.target.files ?? [])], event.target.webkitdirectory));
    // So that picking the same file again is a change again.
    event.target.value = '';
  };

  return (
    <div className={css.area} data-over={over}>
      <p className={css.drop}>{over ? t.pick.dropNow : t.pick.drop}</p>
      <div className={`${ui.row} ${css.ways}`}>
        <Way className={`${ui.button} ${ui.primary}`} label={t.pick.choose}>
          {(id) => (
            <input
              id={id}
              type="file"
              multiple
              accept="image/*,.heic,.heif,.avif"
              data-testid="file-input"
              onChange={picked}
            />
          )}
        </Way>
        <Way className={`${ui.button} ${css.camera}`} label={t.pick.camera}>
          {(id) => <input id={id} type="file" accept="image/*" capture="environment" onChange={picked} />}
        </Way>
        <Way className={`${ui.button} ${css.folder}`} label={t.pick.folder}>
          {(id) => <input id={id} type="file" multiple webkitdirectory="" onChange={picked} />}
        </Way>
      </div>
      <p className={`${ui.soft} ${ui.small}`}>{shared ? t.pick.sharedHere : hint}</p>
    </div>
  );
});

/** A label that looks like a button; the input inside takes the focus and the key presses. */
function Way({
  className,
  label,
  children,
}: {
  className: string;
  label: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <label className={`${className} ${css.way}`} htmlFor={id}>
      {children(id)}
      {label}
    </label>
  );
}

declare module 'react' {
  interface InputHTMLAttributes<T> extends HTMLAttributes<T> {
    webkitdirectory?: string;
  }
}
