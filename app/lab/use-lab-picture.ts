'use client';
import { useCallback, useEffect } from 'react';
import type { Laboratory } from '../../lib/lab/laboratory.ts';
import { openPicture } from '../../lib/lab/picture.ts';
import { filesFromDrop, filesFromPaste } from '../ui/pick/files-from.ts';
import sample from './sample.jpg';

/** The page's own landscape, until the person drops, pastes or picks another picture. */
export function useLabPicture(lab: Laboratory): (file: File) => void {
  const show = useCallback(
    (file: File) => void openPicture(file, file.name).then((picture) => lab.show(picture)),
    [lab],
  );

  useEffect(() => {
    if (lab.store.getState().picture) return undefined;
    let current = true;
    const load = async () => {
      const response = await fetch(sample.src);
      const picture = await openPicture(await response.blob(), '');
      if (current && !lab.store.getState().picture) lab.show(picture);
    };
    load().catch(() => lab.show('unreadable'));
    return () => {
      current = false;
    };
  }, [lab]);

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const [file] = filesFromPaste(event);
      if (file) show(file);
    };
    const dragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      void filesFromDrop(event.dataTransfer).then(({ files: [file] }) => file && show(file));
    };
    window.addEventListener('paste', paste);
    window.addEventListener('dragover', dragOver);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('paste', paste);
      window.removeEventListener('dragover', dragOver);
      window.removeEventListener('drop', drop);
    };
  }, [show]);

  return show;
}
