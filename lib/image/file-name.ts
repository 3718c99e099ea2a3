/**
 * A file name from the other side, made safe to save under on Windows, macOS, Linux and Android, and honest about
 * what the file is. Sources: Microsoft "Naming Files, Paths, and Namespaces"; UTS #39 (invisible characters);
 * CVE-2009-3376 (right-to-left override in download names).
 */

/** Bytes of UTF-8 in one path component: ext4, APFS and exFAT all stop at 255. */
export const MAX_NAME_BYTES = 255;
/** Characters of an extension; longer ones are part of the name. */
const MAX_EXTENSION = 12;
/** Characters of a claimed name that are looked at. */
const MAX_CLAIMED = 4096;

const FALLBACK_STEM = 'picture';

/** Types whose blobs may keep their type when saved; see `ImageKind.showable`. */
const SAFE_TYPES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

/** First extension: the one given to a name that has none. */
const EXTENSIONS: Record<string, readonly string[]> = {
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/png': ['png', 'apng'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif', 'avifs'],
  'image/heic': ['heic', 'heif', 'hif', 'heics'],
  'image/heif': ['heif', 'heic', 'hif', 'heifs'],
  'image/tiff': ['tif', 'tiff', 'dng', 'cr2', 'nef', 'arw', 'pef', 'orf', 'rw2', 'srw'],
  'image/bmp': ['bmp', 'dib'],
  'image/jxl': ['jxl'],
  'image/jp2': ['jp2'],
  'image/x-icon': ['ico'],
  'image/vnd.adobe.photoshop': ['psd'],
};
const PICTURE_EXTENSIONS = new Set(Object.values(EXTENSIONS).flat());

/** Opened by a double click as a program, a script or a page. */
const ACTIVE_EXTENSIONS = new Set(
  (
    'exe com scr pif bat cmd ps1 psm1 psd1 vbs vbe vb js jse mjs cjs wsf wsh wsc hta msi msp mst msc cpl dll sys ocx drv ' +
    'lnk url desktop inf reg scf gadget application appref-ms appx appxbundle msix msixbundle jar jnlp class iso img vhd vhdx ' +
    'html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt pdf chm hlp swf ' +
    'sh bash zsh csh fish command tool workflow app pkg mpkg dmg action scpt scptd applescript terminal webloc inetloc fileloc ' +
    'py pyw pyc pl rb php phtml asp aspx jsp cgi lua apk aab ipa xpi crx deb rpm run appimage elf so ' +
    'docm dotm xlsm xltm xlam pptm ppam library-ms search-ms searchconnector-ms settingcontent-ms theme themepack website ' +
    'diagcab ppkg cab ade adp mde mdb accde one xll'
  ).split(' '),
);

/** Reserved on Windows whatever follows the first dot. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/** Control, format (bidi, zero-width, tags), lone surrogate, private and unassigned characters, and those that draw nothing. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const FORBIDDEN = /[<>:"|?*\\/\u2044\u2215\u29f8\u29f9\uff0f\uff3c\ufe68\uff1a]/gu;

/**
 * @param name what the sender claims, any string
 * @param type MIME type found in the bytes (`sniffType`); anything else counts as unknown
 * @returns a single path component of 1 … 255 bytes; applying it again changes nothing
 */
export function cleanFileName(name: string, type: string): string {
  const cleaned = cleanOnce(name, type);
  // Cutting a long name can leave a new ending (".exec" → ".exe"): what is short stays as it is the second time.
  return cleanOnce(cleaned, type);
}

function cleanOnce(name: string, type: string): string {
  const visible = name
    .slice(0, MAX_CLAIMED)
    .normalize('NFC')
    .split(/[\\/]/)
    .findLast((part) => /[^.\s]/.test(part.replace(INVISIBLE, '')))
    ?.replace(INVISIBLE, '')
    .replace(FORBIDDEN, '_')
    .replace(/\p{Z}+/gu, ' ');
  const { stem, extension } = nameParts(trimEnds(visible ?? ''), type);
  const suffix = extension === '' ? '' : `.${extension}`;
  const safeStem = DEVICE_NAME.test(stem.split('.')[0]!.trim()) ? `_${stem}` : stem;
  return `${cutToBytes(safeStem, MAX_NAME_BYTES - suffix.length) || FALLBACK_STEM}${suffix}`;
}

/** The type to give to a saved blob: a showable picture's own, or one that no browser ever opens. */
export function safeSaveType(type: string): string {
  return SAFE_TYPES.has(type) ? type : 'application/octet-stream';
}

function nameParts(name: string, type: string): { stem: string; extension: string } {
  const parts = name.split('.').map((part) => part.trim());
  const wanted = EXTENSIONS[type];
  let last = '';
  if (parts.length > 1 && isExtension(parts.at(-1)!)) last = parts.pop()!;
  const known = PICTURE_EXTENSIONS.has(last.toLowerCase());
  let extension = last;
  if (wanted !== undefined && !known) {
    // A picture under another kind of name: photo.jpg.exe, photo.html, IMG_1.2
    extension = wanted[0]!;
    if (last !== '' && !isActive(last)) parts.push(last);
    while (parts.length > 1 && (isActive(parts.at(-1)!) || wanted.includes(parts.at(-1)!.toLowerCase()))) {
      parts.pop();
    }
  } else if (wanted === undefined && isActive(last)) {
    // Not a picture that we know, and a double click would run it.
    parts.push(last);
    extension = 'bin';
  }
  // An inner extension that would show where the system hides the last one: invoice.pdf.jpg
  let stem = parts[0] ?? '';
  for (const part of parts.slice(1)) stem += isActive(part) ? `_${part}` : `.${part}`;
  return { stem: trimEnds(stem) || FALLBACK_STEM, extension };
}

function isExtension(part: string): boolean {
  return part.length <= MAX_EXTENSION && /^[a-z0-9][a-z0-9_-]*$/i.test(part);
}

function isActive(part: string): boolean {
  return ACTIVE_EXTENSIONS.has(part.toLowerCase());
}

/** No leading dots (hidden files), no trailing dots or spaces (Windows drops them, and with them the check on the extension). */
function trimEnds(name: string): string {
  return name.replace(/^[.\s]+|[.\s]+$/gu, '');
}

/** Cut between characters to at most `limit` bytes of UTF-8. */
export function cutToBytes(text: string, limit: number): string {
  const encoder = new TextEncoder();
  if (encoder.encode(text).length <= limit) return text;
  let length = 0;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    length += encoder.encode(segment).length;
    if (length > limit) break;
    kept += segment;
  }
  return trimEnds(kept);
}
