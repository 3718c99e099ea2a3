/** The page's icon with a few letters on it. */
const SIDE = 32;

/** As it was before the first mark: of two, one for each way, either may be the last to go. */
let plain: { readonly href: string; readonly type: string } | undefined;

/** @param letters at most three @returns puts the plain icon back */
export function markIcon(letters: string): () => void {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!link || !context) return () => undefined;
  context.fillStyle = '#0b6a63';
  context.beginPath();
  context.roundRect(0, 0, SIDE, SIDE, 7);
  context.fill();
  context.fillStyle = '#ffffff';
  context.font = `bold ${letters.length > 2 ? 15 : 20}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(letters, SIDE / 2, SIDE / 2 + 1);
  plain ??= { href: link.href, type: link.type };
  const { href, type } = plain;
  link.type = 'image/png';
  link.href = canvas.toDataURL('image/png');
  return () => {
    link.type = type;
    link.href = href;
  };
}
