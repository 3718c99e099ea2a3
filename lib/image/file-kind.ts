/**
 * What to call and draw a file that is no picture, from the type its sender claims and the ending of its
 * name. For people alone: nothing is decided by it.
 */
import { isPictureName } from './file-name.ts';

/** What a card calls a file. */
export type FileKind = 'picture' | 'film' | 'sound' | 'document' | 'text' | 'archive' | 'other';

const ENDINGS: Record<Exclude<FileKind, 'picture' | 'other'>, ReadonlySet<string>> = {
  film: words('mov mp4 m4v 3gp avi mkv webm mpg mpeg mts m2ts insv lrv'),
  sound: words('mp3 m4a aac wav flac ogg oga opus aif aiff mid'),
  document: words('pdf doc docx odt rtf xls xlsx ods ppt pptx odp epub pages numbers key'),
  text: words('txt md csv log json xml yaml yml toml srt vtt ics vcf gpx'),
  archive: words('zip 7z rar gz tgz tar bz2 xz zst'),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}

/** The claimed type decides before the ending does. */
export function fileKind(name: string, type: string): FileKind {
  // Asked of each of two thousand at each drawing: without pieces of the text where that is possible.
  if (type.startsWith('image/') || isPictureName(name)) return 'picture';
  if (type.startsWith('video/')) return 'film';
  if (type.startsWith('audio/')) return 'sound';
  const ending = endingOf(name);
  for (const [kind, endings] of Object.entries(ENDINGS))
    if (endings.has(ending)) return kind as keyof typeof ENDINGS;
  return type.startsWith('text/') ? 'text' : 'other';
}

/** Longest label: it stands inside an icon. */
const MAX_LABEL = 5;

/** `JPEG` for `image/jpeg`, `PDF` for `report.pdf`; empty where neither type nor name says anything short. */
export function fileLabel(name: string, type: string): string {
  const [top = '', sub = ''] = type.split('/');
  if (top === 'image') return sub.replace(/^x-|\+xml$/g, '').toUpperCase();
  const candidates = [endingOf(name), sub.replace(/^x-/, '')];
  return candidates.find((one) => one.length <= MAX_LABEL && /^[a-z0-9]+$/.test(one))?.toUpperCase() ?? '';
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
