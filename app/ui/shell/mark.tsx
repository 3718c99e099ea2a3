/** A mosaic of nine tiles, one still on its way. The same drawing as public/icons/tessera.svg. */
export function Mark() {
  const tiles = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => ({ x: (at % 3) * 9, y: Math.floor(at / 3) * 9 }));
  return (
    <svg viewBox="-1 -1 30 30" width="28" height="28" aria-hidden="true">
      {tiles.map(({ x, y }, at) => (
        <rect
          key={`${x}.${y}`}
          x={x}
          y={y}
          width="8"
          height="8"
          rx="1.6"
          fill="currentColor"
          opacity={SHADES[at]}
        />
      ))}
      <rect
        x="19.5"
        y="19.5"
        width="8"
        height="8"
        rx="1.6"
        fill="currentColor"
        transform="rotate(14 23.5 23.5)"
      />
    </svg>
  );
}

const SHADES = [0.95, 0.7, 0.85, 0.6, 1, 0.75, 0.8, 0.65];
