'use client';
import { type ChangeEvent, useId } from 'react';
import type { MissingFile, SendStore } from '../../../lib/store/send-store.ts';
import { useText } from '../../text/text.tsx';
import { Notice } from '../kit/notice.tsx';
import input from './image-input.module.css';
import ui from '../kit/ui.module.css';

/** Names that are listed; the others are counted. */
const MAX_NAMES = 10;

interface Props {
  store: SendStore;
  missing: readonly MissingFile[];
  /** Opens those whose handles are here. */
  openAgain: () => Promise<void>;
}

/** After a reload: files of the queue that the browser does not open again without the person. */
export default function ReturnedFiles({ store, missing, openAgain }: Props) {
  const { t, f } = useText();
  const id = useId();
  const handles = missing.some(({ handle }) => handle !== undefined);
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    store.reopen(event.target.files ?? []);
    event.target.value = '';
  };
  return (
    <section aria-label={t.back.title} data-testid="missing-files">
      <Notice kind="plain">
        <h3>{t.back.title}</h3>
        <p>{t.back.lead}</p>
        <ul>
          {missing.slice(0, MAX_NAMES).map((one) => (
            <li key={one.id} data-testid="missing-file">
              <bdi>{one.name}</bdi> · {f.bytes(one.byteLength)}
            </li>
          ))}
        </ul>
        {missing.length > MAX_NAMES && <p>{t.back.more(missing.length - MAX_NAMES)}</p>}
        <div className={ui.row}>
          {handles && (
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              data-testid="open-again"
              onClick={() => void openAgain()}
            >
              {t.back.open}
            </button>
          )}
          <label className={`${ui.button} ${handles ? '' : ui.primary} ${input.way}`} htmlFor={id}>
            <input id={id} type="file" multiple data-testid="same-files" onChange={picked} />
            {t.back.pick}
          </label>
          <button
            type="button"
            className={`${ui.button} ${ui.quiet}`}
            data-testid="forget-missing"
            onClick={store.forgetMissing}
          >
            {t.back.forget}
          </button>
        </div>
      </Notice>
    </section>
  );
}
