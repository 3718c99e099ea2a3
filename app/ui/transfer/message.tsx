'use client';
import { useEffect, useMemo, useState } from 'react';
import { messageText, textParts } from '../../../lib/image/text-message.ts';
import { useText } from '../../text/text.tsx';
import { useNamed } from '../kit/named.tsx';
import { useCopy } from '../kit/use-copy.ts';
import ui from '../kit/ui.module.css';
import css from './message.module.css';

/** A text that is here, as text and nothing else (P-112). Loaded with the first one. */
export default function Message({ read, copyable }: { read: () => Promise<Blob>; copyable: boolean }) {
  const { t } = useText();
  const [text, setText] = useState<string>();
  const named = useNamed();
  const { copy, said } = useCopy();
  const parts = useMemo(() => textParts(text ?? ''), [text]);

  useEffect(() => {
    let current = true;
    read()
      .then(async (blob) => messageText(new Uint8Array(await blob.arrayBuffer())))
      .then(
        (found) => current && setText(found),
        () => undefined,
      );
    return () => {
      current = false;
    };
  }, [read]);

  if (text === undefined) return null;
  return (
    <div className={css.message}>
      <p className={css.text} data-testid="message-text" dir="auto" translate="no">
        {parts.map(({ text: part, link }, at) =>
          link ? (
            // Parts have no identity but their place, and never change.
            // oxlint-disable-next-line react/no-array-index-key
            <a key={at} href={part} target="_blank" rel="noopener noreferrer" dir="ltr">
              {part}
            </a>
          ) : (
            part
          ),
        )}
      </p>
      {copyable && (
        <div className={ui.row}>
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            data-testid="copy-text"
            aria-label={named(t.words.copy)}
            onClick={() => copy(text)}
          >
            {t.words.copy}
          </button>
          <output className={ui.small}>{said}</output>
        </div>
      )}
    </div>
  );
}
