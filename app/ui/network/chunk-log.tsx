/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows are placed one by one: a real table cannot leave out most of them */
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- a box that scrolls must be reachable by keyboard */
/* oxlint-disable react/incompatible-library -- no React compiler here to mislead */
'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { ChunkLog as Log } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { chunkSize, logAsCsv, logAsJson, runningTotals } from './chunk-log-data.ts';
import css from './chunk-log.module.css';
import { useNamed } from '../kit/named.tsx';
import { saveText } from './save-text.ts';
import ui from '../kit/ui.module.css';

const ROW_PX = 28;
/** New rows appear this often; each chunk on its own would be a hundred a second and more. */
const REFRESH_MS = 250;

/**
 * Each chunk as it became present: its number, its size, the running total. Only visible rows are in the
 * page.
 */
export function ChunkLog({ read, live, name }: { read: () => Log | undefined; live: boolean; name: string }) {
  const { t, f } = useText();
  const named = useNamed();
  const [log, setLog] = useState<Log | undefined>(read);
  const scroller = useRef<HTMLDivElement>(null);

  useEffect(() => {
    setLog(read());
    if (!live) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) setLog(read());
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [read, live]);

  const count = log?.order.length ?? 0;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  if (!log || count === 0) return <p className={ui.soft}>{t.log.none}</p>;
  const totals = runningTotals(log);
  return (
    <div className={css.log} data-testid="chunk-log">
      <div
        ref={scroller}
        className={css.scroller}
        tabIndex={0}
        role="table"
        aria-label={named(t.log.title)}
        aria-rowcount={count + 1}
      >
        <div className={css.head} role="row">
          <span role="columnheader">{t.log.number}</span>
          <span role="columnheader">{t.log.size}</span>
          <span role="columnheader">{t.log.total}</span>
        </div>
        <div className={css.rows} role="rowgroup" style={{ blockSize: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              className={css.line}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span role="cell">{f.number((log.order[index] ?? 0) + 1)}</span>
              <span role="cell">{f.number(chunkSize(log, log.order[index] ?? 0))}</span>
              <span role="cell">{f.number(totals[index] ?? 0)}</span>
            </div>
          ))}
        </div>
      </div>
      <div className={ui.row}>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={named(t.log.csv)}
          onClick={() => saveText(logAsCsv(log), `${name}.chunks.csv`, 'text/csv')}
        >
          {t.log.csv}
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          aria-label={named(t.log.json)}
          onClick={() => saveText(logAsJson(log), `${name}.chunks.json`, 'application/json')}
        >
          {t.log.json}
        </button>
      </div>
    </div>
  );
}
