'use client';
/** A long list, of which only what is near the window is drawn. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useText } from '../../text/text.tsx';
import css from './runs.module.css';

/** Up to here all is drawn. The cards of 2,000 files take a page some 800 MB (measured). */
export const MAX_WHOLE_LIST = 200;
/** Pixels above and below the window: a page of a wheel or a swipe. */
const NEAR = '2000px';
/** Of a card that was never drawn: the least that one takes. */
const CARD_PIXELS = 150;

/** So many cards: drawn while they are near the window, else a box of their height. */
export function CardRun({ count, children }: { count: number; children: ReactNode }) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  const [far, setFar] = useState<{ pixels: number } | undefined>({ pixels: count * CARD_PIXELS });
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const sight = new IntersectionObserver(
      (entries) => {
        const near = entries.at(-1)?.isIntersecting ?? true;
        setFar(near ? undefined : { pixels: element.offsetHeight });
      },
      { rootMargin: NEAR },
    );
    sight.observe(element);
    return () => sight.disconnect();
  }, []);
  return (
    <div ref={box} className={css.run} style={far && { blockSize: far.pixels }} data-testid="card-run">
      {far ? <p>{t.kept.more(count)}</p> : children}
    </div>
  );
}

/** Cards in runs of this many, where there are more than a page can hold. */
export function CardRuns({ cards, run }: { cards: readonly ReactNode[]; run: number }) {
  if (cards.length <= MAX_WHOLE_LIST) return cards;
  const runs: ReactNode[] = [];
  for (let from = 0; from < cards.length; from += run) {
    const some = cards.slice(from, from + run);
    runs.push(
      <CardRun key={from} count={some.length}>
        {some}
      </CardRun>,
    );
  }
  return runs;
}
