/**
 * A few words of SVG: enough for bars, lines and maps that need no library and read well in light and dark.
 */

type Attributes = Record<string, string | number | undefined>;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => escapes[character] ?? '');

export function element(name: string, attributes: Attributes, content = ''): string {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${list}/>` : `<${name}${list}>${content}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(content));
}

export function svgDocument(
  width: number,
  height: number,
  title: string,
  content: readonly string[],
): string {
  const style =
    'text{font:13px system-ui,sans-serif;fill:#222}.soft{fill:#666}.grid{stroke:#ddd}.title{font-weight:600;font-size:15px}';
  return `${element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    [
      element('title', {}, escaped(title)),
      element('style', {}, style),
      element('rect', { width, height, fill: '#fff' }),
      text(16, 24, title, { class: 'title' }),
      ...content,
    ].join('\n'),
  )}\n`;
}

/** Distinct for people who do not see all colours (Okabe and Ito, 2008). */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#444444'] as const;

export const colour = (index: number): string => palette[index % palette.length] as string;

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
