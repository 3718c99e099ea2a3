'use client';
import { encodeQR } from 'qr';
import { useMemo } from 'react';

/**
 * A QR picture as one SVG path: dark on light in both colour schemes, as cameras expect, with a quiet zone of
 * 4.
 */
export function Qr({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
    return { size: rows.length, path: darkRuns(rows) };
  }, [text]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#111" />
    </svg>
  );
}

function darkRuns(rows: readonly (readonly (boolean | undefined)[])[]): string {
  let path = '';
  rows.forEach((row, y) => {
    let from = -1;
    for (let x = 0; x <= row.length; x++) {
      if (row[x] && from < 0) from = x;
      if (!row[x] && from >= 0) {
        path += `M${from} ${y}h${x - from}v1h${from - x}z`;
        from = -1;
      }
    }
  });
  return path;
}
