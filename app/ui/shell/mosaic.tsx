import css from './home.module.css';

/** A picture made of tiles, a few of them still missing: what the receiver sees a moment after accepting. */
export function Mosaic() {
  return (
    <svg className={css.mosaic} viewBox="0 0 240 180" aria-hidden="true">
      {TILES.map(({ x, y, tone, late }) => (
        <rect
          key={`${x}.${y}`}
          x={x * 20 + 1}
          y={y * 20 + 1}
          width="18"
          height="18"
          rx="3"
          className={late ? css.late : css[`tone${tone}`]}
        />
      ))}
    </svg>
  );
}

interface Tile {
  x: number;
  y: number;
  /** 0 sky, 1 sun, 2 far hill, 3 near hill */
  tone: 0 | 1 | 2 | 3;
  late: boolean;
}

const COLUMNS = 12;
const ROWS = 9;

/** Drawn by rule, so that the same tiles are in the prerendered page and in the browser. */
const TILES: readonly Tile[] = Array.from({ length: COLUMNS * ROWS }, (_, at): Tile => {
  const x = at % COLUMNS;
  const y = Math.floor(at / COLUMNS);
  const sun = (x - 8.2) ** 2 + (y - 2.6) ** 2 < 2.6;
  const far = y > 5 - 1.6 * Math.sin((x + 1) / 2.1);
  const near = y > 6.6 + 1.1 * Math.sin(x / 2.3 + 2);
  const tone = near ? 3 : far ? 2 : sun ? 1 : 0;
  // The last rows have arrived in part: chunks may land in any order.
  const late = y > 5 && (x * 7 + y * 5) % 11 < y - 5;
  return { x, y, tone, late };
});
