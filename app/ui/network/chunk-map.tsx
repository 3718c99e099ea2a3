/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef, useState } from 'react';
import { Cell, type ChunkMap as Map, type Figures } from '../../../lib/session/model.ts';
import { colourOf, onColoursChange } from '../kit/colours.ts';
import { useText } from '../../text/text.tsx';
import css from './chunk-map.module.css';
import { groupCells, layoutMap } from './map-layout.ts';
import ui from '../kit/ui.module.css';

const KINDS = ['waiting', 'received', 'lost', 'repaired', 'retransmitted', 'duplicate'] as const;

interface Props {
  /** Asked with each change of the figures; undefined until the number of chunks is known. */
  read: () => Map | undefined;
  figures: Figures;
}

/**
 * One square a chunk. Only squares that changed are painted again, so that a fast transfer costs next to
 * nothing.
 */
export function ChunkMap({ read, figures }: Props) {
  const { t, f } = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const repaint = useRef<() => void>(undefined);
  const [perSquare, setPerSquare] = useState(1);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const painter = makePainter(element);
    let frame = 0;
    let seen = true;
    const paint = () => {
      frame = 0;
      const map = read();
      if (map) setPerSquare(painter.paint(map));
    };
    const again = () => {
      if (frame === 0) frame = requestAnimationFrame(paint);
    };
    repaint.current = () => {
      if (seen) again();
    };
    const afresh = () => {
      painter.reset();
      again();
    };
    const size = new ResizeObserver(afresh);
    size.observe(element);
    // A busy page hears of several crossings at once: the last one holds.
    const sight = new IntersectionObserver((entries) => {
      seen = entries.at(-1)?.isIntersecting ?? true;
      if (seen) afresh();
    });
    sight.observe(element);
    const stopWatching = onColoursChange(afresh);
    return () => {
      cancelAnimationFrame(frame);
      size.disconnect();
      sight.disconnect();
      stopWatching();
    };
  }, [read]);

  // In the frame that shows the figures: one more costs the compositor as much as all squares cost us.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the map has changed when the figures have
  useEffect(() => repaint.current?.(), [figures]);

  const alt = t.map.alt(
    f.number(figures.chunksReceived),
    f.number(figures.chunksTotal),
    f.number(figures.chunksLost),
    f.number(figures.chunksRepaired),
  );
  return (
    <figure className={css.map} data-testid="chunk-map">
      <canvas ref={canvas} className={css.canvas} role="img" aria-label={`${t.map.title}: ${alt}`} />
      <figcaption className={css.legend}>
        {KINDS.map((kind) => (
          <span key={kind} data-kind={kind} title={t.map.hints[kind]}>
            {t.map[kind]}
          </span>
        ))}
        <span className={ui.soft}>{perSquare > 1 ? t.map.perCell(f.number(perSquare)) : t.map.oneEach}</span>
      </figcaption>
    </figure>
  );
}

interface Painter {
  /** Returns the number of chunks one square represents. */
  paint(map: Map): number;
  /** Size or colours changed: everything is painted again. */
  reset(): void;
}

function makePainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext('2d', { alpha: true });
  let colours: string[] = [];
  let width = 0;
  let height = 0;
  let painted = new Uint8Array(0);
  let grouped = new Uint8Array(0);
  let cells = -1;
  let layout = layoutMap(1, 1, 1);

  const measure = (map: Map) => {
    colours = KINDS.map((kind) => colourOf(`--cell-${kind}`));
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    width = canvas.clientWidth;
    height = canvas.clientHeight;
    canvas.width = Math.max(1, Math.round(width * ratio));
    canvas.height = Math.max(1, Math.round(height * ratio));
    context?.scale(ratio, ratio);
    layout = layoutMap(map.cells.length, width, height);
    cells = map.cells.length;
    painted = new Uint8Array(layout.columns * layout.rows).fill(NEVER);
    grouped = new Uint8Array(painted.length);
  };

  return {
    reset() {
      cells = -1;
    },
    paint(map) {
      if (cells !== map.cells.length) measure(map);
      const count = groupCells(map.cells, layout.group, grouped);
      const side = layout.cell - (layout.cell > 6 ? 2 : 1);
      for (let at = 0; at < count; at++) {
        const state = grouped[at] ?? Cell.waiting;
        if (painted[at] === state || !context) continue;
        painted[at] = state;
        context.fillStyle = colours[state] ?? '';
        context.fillRect(
          (at % layout.columns) * layout.cell,
          Math.floor(at / layout.columns) * layout.cell,
          side,
          side,
        );
      }
      return map.chunksPerCell * layout.group;
    },
  };
}

/** Not a state: the square was not painted yet. */
const NEVER = 255;
