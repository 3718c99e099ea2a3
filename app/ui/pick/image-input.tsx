'use client';
import {
  type ChangeEvent,
  memo,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useState,
} from 'react';
import { useText } from '../../text/text.tsx';
import { Notice } from '../kit/notice.tsx';
import {
  filesFromDrop,
  filesFromPaste,
  MAX_PICKED,
  pickWithHandles,
  type Picked,
  pickedFrom,
  textDrop,
  textFor,
  watchShared,
} from './files-from.ts';
import css from './image-input.module.css';
import { WordsForm } from './words-form.tsx';
import ui from '../kit/ui.module.css';

interface Props {
  add: (files: Iterable<File>) => void;
  addText: (text: string) => void;
  hint: string;
}

/**
 * Every way in: file dialog, folder, camera, drop anywhere on the page, paste, and sharing from another app.
 */
export const ImageInput = memo(function ImageInput({ add, addText, hint }: Props) {
  const { t } = useText();
  const [over, setOver] = useState(false);
  const [shared, setShared] = useState<readonly File[]>([]);
  /** Undefined: its field is not open. */
  const [words, setWords] = useState<string>();
  const [left, setLeft] = useState<Omit<Picked, 'files'>>();

  const take = useCallback(
    ({ files, ...rest }: Picked) => {
      setLeft(rest);
      add(files);
    },
    [add],
  );

  useEffect(() => {
    const write = (text: string) => setWords((before) => [before, text].filter(Boolean).join('\n'));
    const paste = (event: ClipboardEvent) => {
      const files = filesFromPaste(event);
      const text = textFor(event.clipboardData, event.target);
      if (files.length === 0 && text === '') return;
      event.preventDefault();
      if (files.length > 0) take(pickedFrom(files, false));
      else write(text);
    };
    const dragOver = (event: DragEvent) => {
      const types = event.dataTransfer?.types ?? [];
      if (!types.includes('Files') && !textDrop(types, event.target)) return;
      event.preventDefault();
      setOver(true);
    };
    const dragLeave = (event: DragEvent) => {
      // Only when the pointer leaves the window: elements inside it fire this too.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      const { dataTransfer: data, target } = event;
      if (data?.types.includes('Files')) void filesFromDrop(data).then(take);
      else if (textDrop(data?.types ?? [], target)) write(textFor(data, target));
      else return;
      event.preventDefault();
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
  }, [take]);

  // A second share adds to the first.
  useEffect(() => watchShared((files) => setShared((before) => [...before, ...files])), []);

  /** A dialog whose files a page that is loaded anew can open again, where the browser has one. */
  const withHandles = (event: MouseEvent<HTMLInputElement>) => {
    const picking = pickWithHandles();
    if (picking === undefined) return;
    event.preventDefault();
    const input = event.currentTarget;
    void picking.then((files) => {
      // The press still counts: this one opens the input's own dialog, once the events of the first are over.
      // Within those a browser takes a click on the same input for that one.
      if (files === undefined) setTimeout(() => input.click());
      else if (files.length > 0) take(pickedFrom(files, false));
    });
  };

  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    take(pickedFrom([...(event.target.files ?? [])], event.target.webkitdirectory));
    // So that picking the same file again is a change again.
    event.target.value = '';
  };

  return (
    <div className={css.area} data-over={over}>
      <p className={css.drop}>{over ? t.pick.dropNow : t.pick.drop}</p>
      <div className={`${ui.row} ${css.ways}`}>
        {/* A phone's own choice of pictures, which a way to every file would hide behind its folders. */}
        <Way className={`${ui.button} ${ui.primary} ${css.gallery}`} label={t.pick.gallery}>
          {(id) => (
            <input
              id={id}
              type="file"
              multiple
              accept="image/*,video/*"
              data-testid="gallery-input"
              onChange={picked}
            />
          )}
        </Way>
        <Way className={`${ui.button} ${ui.primary}`} label={t.pick.choose}>
          {(id) => (
            <input
              id={id}
              type="file"
              multiple
              data-testid="file-input"
              onClick={withHandles}
              onChange={picked}
            />
          )}
        </Way>
        <Way className={`${ui.button} ${css.camera}`} label={t.pick.camera}>
          {(id) => <input id={id} type="file" accept="image/*" capture="environment" onChange={picked} />}
        </Way>
        <Way className={ui.button} label={t.pick.folder}>
          {(id) => (
            <input
              id={id}
              type="file"
              multiple
              webkitdirectory=""
              data-testid="folder-input"
              onChange={picked}
            />
          )}
        </Way>
        {words === undefined && (
          <button type="button" className={ui.button} data-testid="write-text" onClick={() => setWords('')}>
            {t.words.label}
          </button>
        )}
      </div>
      {words !== undefined && (
        <WordsForm
          text={words}
          change={setWords}
          send={() => {
            addText(words);
            setWords(undefined);
          }}
        />
      )}
      {shared.length > 0 && (
        <Shared
          files={shared}
          add={() => {
            take(pickedFrom(shared, false));
            setShared([]);
          }}
          leave={() => setShared([])}
        />
      )}
      {left && <LeftOut left={left} />}
      <p className={`${ui.soft} ${ui.small}`}>{hint}</p>
    </div>
  );
});

/** Handed over by the share sheet, or by whoever pretends to be it: the person decides. */
function Shared({ files, add, leave }: { files: readonly File[]; add: () => void; leave: () => void }) {
  const { t, f } = useText();
  return (
    <div data-testid="shared">
      <Notice kind="plain">
        <p>{t.pick.sharedAsk(f.number(files.length))}</p>
        <div className={ui.row}>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            data-testid="add-shared"
            onClick={add}
          >
            {t.pick.sharedAdd}
          </button>
          <button type="button" className={ui.button} data-testid="leave-shared" onClick={leave}>
            {t.pick.sharedLeave}
          </button>
        </div>
      </Notice>
    </div>
  );
}

/** What was not taken, and why. */
function LeftOut({ left: { tooMany, emptyFolder } }: { left: Omit<Picked, 'files'> }) {
  const { t, f } = useText();
  const said = [
    emptyFolder && t.pick.emptyFolder,
    tooMany > 0 && t.pick.tooMany(f.number(tooMany), f.number(MAX_PICKED)),
  ].filter(Boolean);
  if (said.length === 0) return null;
  return (
    <div data-testid="left-out" aria-live="polite">
      <Notice kind="warn">{said.join(' ')}</Notice>
    </div>
  );
}

/** A label that looks like a button; the input inside takes the focus and the key presses. */
function Way({
  className,
  label,
  children,
}: {
  className: string | undefined;
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
