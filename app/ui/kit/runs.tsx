'use client';
/** A long list, of which only what is near the window is drawn. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useText } from '../../text/text.tsx';
import css from './runs.module.css';

/** Up to here all is drawn: a card takes a page half a megabyte, with a photograph twice that (measured). */
export const MAX_WHOLE_LIST = 50;
/** Cards of a longer list that are drawn, or not, together: some heights of a window. */
export const CARDS_IN_RUN = 15;
/** Pixels above and below the window: a page of a wheel or a swipe. */
const NEAR = '2000px';
/** Of a card that was never drawn: the least that one takes. */
const CARD_PIXELS = 150;

/** So many cards: made and drawn while they are near the window, else a box of their height. */
export function CardRun({ count, cards }: { count: number; cards: () => ReactNode }) {
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
      {far ? <p>{t.kept.more(count)}</p> : cards()}
    </div>
  );
}

/** Cards in runs of this many, where there are more than a page can hold. */
export function CardRuns({ count, card }: { count: number; card: (at: number) => ReactNode }) {
  const cards = (from: number, to: number): ReactNode[] =>
    Array.from({ length: to - from }, (_, at) => card(from + at));
  if (count <= MAX_WHOLE_LIST) return cards(0, count);
  return firstsOf(count, CARDS_IN_RUN).map((from) => {
    const to = Math.min(from + CARDS_IN_RUN, count);
    return <CardRun key={from} count={to - from} cards={() => cards(from, to)} />;
  });
}

/** Where each run of a list begins. */
export const firstsOf = (count: number, run: number): number[] =>
  Array.from({ length: Math.ceil(count / run) }, (_, at) => at * run);
