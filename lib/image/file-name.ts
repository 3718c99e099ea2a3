/**
 * A file name from the other side, made safe to save under on Windows, macOS, Linux and Android, and honest
 * about what the file is. Sources: Microsoft "Naming Files, Paths, and Namespaces"; UTS #39 (invisible
 * characters); CVE-2009-3376 (right-to-left override in download names).
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
  // MPO and JPS hold two views, INSP both halves of a sphere, THM the thumbnail of a film.
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif', 'mpo', 'jps', 'insp', 'thm'],
  'image/png': ['png', 'apng'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif', 'avifs'],
  'image/heic': ['heic', 'heif', 'hif', 'heics'],
  'image/heif': ['heif', 'heic', 'hif', 'heifs'],
  // Most cameras' own files are TIFF inside.
  'image/tiff':
    'tif tiff dng cr2 nef nrw arw sr2 srf pef orf rw2 rwl srw gpr 3fr fff iiq kdc dcr erf mef mos cap eip'.split(
      ' ',
    ),
  'image/bmp': ['bmp', 'dib'],
  'image/jxl': ['jxl'],
  'image/jp2': ['jp2'],
  'image/x-icon': ['ico'],
  'image/vnd.adobe.photoshop': ['psd', 'psb'],
  // Our own archive of them.
  'application/zip': ['zip'],
};
const PICTURE_EXTENSIONS = new Set(
  Object.entries(EXTENSIONS).flatMap(([type, endings]) => (type.startsWith('image/') ? endings : [])),
);

/** Cameras' own files that are no TIFF; their bytes are of no kind that we know. */
const RAW_EXTENSIONS = ['cr3', 'crw', 'raf', 'x3f', 'mrw', 'raw'];

/**
 * Endings that bytes of no kind we know may keep: films and sound, cameras' files that are no TIFF, plain
 * words, documents that hold no programs, and archives. A list of what is harmless; one of what is not has
 * holes.
 */
const HARMLESS_EXTENSIONS = new Set([
  ...PICTURE_EXTENSIONS,
  ...RAW_EXTENSIONS,
  ...(
    'mov mp4 m4v 3gp avi mkv webm mpg mpeg mts m2ts insv lrv ' +
    'mp3 m4a aac wav flac ogg oga opus aif aiff mid txt csv xmp aae bin ' +
    'md log json yaml yml toml srt vtt ics vcf gpx geojson ' +
    'pdf epub docx xlsx pptx odt ods odp pages numbers key zip 7z rar gz tgz tar bz2 xz zst'
  ).split(' '),
]);

/** Whether a name ends as pictures and cameras' files do. */
export function isPictureName(name: string): boolean {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return ending === 'svg' || PICTURE_EXTENSIONS.has(ending) || RAW_EXTENSIONS.includes(ending);
}

/** Opened by a double click as a program, a script or a page. */
const ACTIVE_EXTENSIONS = new Set(
  (
    'exe com scr pif bat cmd ps1 psm1 psd1 vbs vbe vb js jse mjs cjs wsf wsh wsc hta msi msp mst msc cpl dll sys ocx drv ' +
    'lnk url desktop inf reg scf gadget application appref-ms appx appxbundle msix msixbundle jar jnlp class iso img vhd vhdx ' +
    'html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt pdf chm hlp swf ' +
    'sh bash zsh csh fish command tool workflow app pkg mpkg dmg action scpt scptd applescript terminal webloc inetloc fileloc ' +
    'py pyw pyc pl rb php phtml asp aspx jsp cgi lua apk aab ipa xpi crx deb rpm run appimage elf so ' +
    'docm dotm xlsm xltm xlam pptm ppam library-ms search-ms searchconnector-ms settingcontent-ms theme themepack website ' +
    'diagcab ppkg cab ade adp mde mdb accde one xll ' +
    'rdp iqy slk oqy dqy mobileconfig ps1xml psc1 appinstaller vsix'
  ).split(' '),
);

/** Folders that macOS opens as one thing: a program, or a part of one that it installs or runs. */
const ACTIVE_FOLDERS = new Set(
  'prefpane saver bundle plugin kext component qlgenerator mdimporter osax appex xpc'.split(' '),
);
/** Windows opens "name.{CLSID}" as the object of that class and not as a folder. */
const CLASS_ID = /^\{[0-9a-f-]+\}$/i;

/** Reserved on Windows whatever follows the first dot. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;

/**
 * Control, format (bidi, zero-width, tags), lone surrogate, private and unassigned characters, and those that
 * draw nothing; but for those that may join (below).
 */
const INVISIBLE = /(?!\u200c|\u200d|\ufe0f)[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Zero-width joiner and non-joiner, and the selector that makes a sign an emoji. */
const JOINERS = /\u200c|\u200d|\ufe0f/g;
/** Letters of scripts in which the joiners change what is seen (Unicode 16, 9.2 and 12). */
const JOINED =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}]';
const AFTER_JOINED = new RegExp(`${JOINED}$`, 'u');
const BEFORE_JOINED = new RegExp(`^${JOINED}`, 'u');
const AFTER_EMOJI = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier})\ufe0f?$/u;
const BEFORE_EMOJI = /^\p{Extended_Pictographic}/u;
/** Code units beside a joiner that decide on it. */
const BESIDE = 4;

const FORBIDDEN = /[<>:"|?*\\/\u2044\u2215\u29f8\u29f9\uff0f\uff3c\ufe68\uff1a]/gu;

/**
 * @param name what the sender claims, any string
 * @param type MIME type found in the bytes (`sniffType`); anything else counts as unknown
 * @returns a single path component of 1 … 255 bytes; applying it again changes nothing
 */
export function cleanFileName(name: string, type: string): string {
  const cleaned = cleanOnce(name, type);
  // Cutting a long name can leave a new ending (".exec" → ".exe"): what is short stays as it is the second
  // time.
  return cleanOnce(cleaned, type);
}

function cleanOnce(name: string, type: string): string {
  const visible = name
    .slice(0, MAX_CLAIMED)
    .normalize('NFC')
    .split(/[\\/]/)
    .map(withoutHidden)
    .findLast((part) => /[^.\s]/.test(part))
    ?.replace(FORBIDDEN, '_')
    .replace(/\p{Z}+/gu, ' ');
  const { stem, extension } = nameParts(trimEnds(visible ?? ''), type);
  const suffix = extension === '' ? '' : `.${extension}`;
  const safeStem = DEVICE_NAME.test(stem.split('.')[0]!.trim()) ? `_${stem}` : stem;
  return `${cutToBytes(safeStem, MAX_NAME_BYTES - suffix.length) || FALLBACK_STEM}${suffix}`;
}

/** Folders inside each other that are kept: more than any album has, and far from any system's limit. */
export const MAX_FOLDERS = 16;
/** Bytes of UTF-8 in one folder's name; a whole path is to fit where systems allow 260 letters. */
const MAX_FOLDER_BYTES = 100;

/** Where a file lies under the folder it was picked with, made as safe as its name (P-113). */
export interface SafePath {
  /** From the outermost; empty for a file picked by itself. */
  folders: string[];
  name: string;
}

/**
 * @param path what the sender claims, any string; folders before the last separator
 * @param type as for `cleanFileName`
 */
export function cleanPath(path: string, type: string): SafePath {
  const parts = path.slice(0, MAX_CLAIMED).split(/[\\/]/).map(cleanFolder).filter(Boolean);
  const folders = parts.slice(0, -1).slice(0, MAX_FOLDERS);
  return { folders, name: cleanFileName(path, type) };
}

function cleanFolder(claimed: string): string {
  const visible = withoutHidden(claimed.normalize('NFC'))
    .replace(FORBIDDEN, '_')
    .replace(/\p{Z}+/gu, ' ');
  const name = cutToBytes(trimEnds(visible), MAX_FOLDER_BYTES);
  // A folder that a system opens as something else: "holiday.app".
  const plain = isActiveFolder(name.slice(name.lastIndexOf('.') + 1)) ? name.replaceAll('.', '_') : name;
  return DEVICE_NAME.test(plain.split('.')[0]!.trim()) ? `_${plain}` : plain;
}

/**
 * The name of a file that crosses, with its folders before it: of a path too long to cross the outermost
 * folders stay behind.
 * @param path with `/`, as browsers give it (`webkitRelativePath`); only its folders' names are cleaned
 */
export function fitPath(path: string): string {
  const parts = path.split('/');
  const name = fitName((parts.pop() ?? '').replaceAll('\\', '_'));
  const folders = parts.map((part) => cleanFolder(part.replaceAll('\\', '_'))).filter(Boolean);
  folders.splice(0, Math.max(0, folders.length - MAX_FOLDERS));
  const joined = () => [...folders, name].join('/');
  while (folders.length > 0 && new TextEncoder().encode(joined()).length > MAX_NAME_BYTES) folders.shift();
  return joined();
}

/** The type to give to a saved blob: a showable picture's own, or one that no browser ever opens. */
export function safeSaveType(type: string): string {
  return SAFE_TYPES.has(type) ? type : 'application/octet-stream';
}

/**
 * Without what draws nothing. A joiner stays where it joins: taken away, a family is three people, and
 * Persian is misspelt.
 */
function withoutHidden(text: string): string {
  const visible = text.replace(INVISIBLE, '');
  return visible.replace(JOINERS, (joiner, at: number) => {
    const before = visible.slice(Math.max(0, at - BESIDE), at);
    const after = visible.slice(at + 1, at + 1 + BESIDE);
    const emoji = AFTER_EMOJI.test(before);
    const letters = AFTER_JOINED.test(before) && BEFORE_JOINED.test(after);
    if (joiner === '\ufe0f') return emoji && !before.endsWith(joiner) ? joiner : '';
    return letters || (joiner === '\u200d' && emoji && BEFORE_EMOJI.test(after)) ? joiner : '';
  });
}

function nameParts(name: string, type: string): { stem: string; extension: string } {
  const parts = name.split('.');
  const wanted = EXTENSIONS[type];
  let extension = '';
  if (parts.length > 1 && isExtension(parts.at(-1)!)) extension = parts.pop()!.trim();
  const ending = extension.toLowerCase();
  if (wanted !== undefined && !PICTURE_EXTENSIONS.has(ending) && !wanted.includes(ending)) {
    // A picture under another kind of name: photo.jpg.exe, photo.html, IMG_1.2
    if (extension !== '' && !isActive(extension)) parts.push(extension);
    extension = wanted[0]!;
    while (
      parts.length > 1 &&
      (isActive(parts.at(-1)!) || wanted.includes(parts.at(-1)!.trim().toLowerCase()))
    ) {
      parts.pop();
    }
  } else if (wanted === undefined && !HARMLESS_EXTENSIONS.has(ending)) {
    // Not a picture that we know, and a double click might run it.
    if (extension !== '') parts.push(extension);
    extension = 'bin';
  }
  // An inner extension that would show where the system hides the last one: invoice.pdf.jpg
  let stem = parts[0] ?? '';
  for (const part of parts.slice(1)) stem += isActive(part) ? `_${part.trim()}` : `.${part}`;
  return { stem: trimEnds(stem) || FALLBACK_STEM, extension };
}

/**
 * At most as many bytes as cross, with the ending kept: what is cut is the middle.
 * @param name any string
 */
export function fitName(name: string): string {
  const encoder = new TextEncoder();
  if (encoder.encode(name).length <= MAX_NAME_BYTES) return name;
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 && isExtension(name.slice(dot + 1)) ? name.slice(dot) : '';
  return cutToBytes(name.slice(0, name.length - ending.length), MAX_NAME_BYTES - ending.length) + ending;
}

/** "St. Moritz" ends on a word; "photo. exe" on what a system may run all the same. */
function isExtension(part: string): boolean {
  const ending = part.trim();
  if (ending !== part && !isActive(part) && !PICTURE_EXTENSIONS.has(ending.toLowerCase())) return false;
  return ending.length <= MAX_EXTENSION && /^[a-z0-9][a-z0-9_-]*$/i.test(ending);
}

function isActive(part: string): boolean {
  return ACTIVE_EXTENSIONS.has(part.trim().toLowerCase());
}

function isActiveFolder(ending: string): boolean {
  const bare = ending.trim().toLowerCase();
  return isActive(bare) || ACTIVE_FOLDERS.has(bare) || CLASS_ID.test(bare);
}

/**
 * No leading dots (hidden files), no trailing dots or spaces (Windows drops them, and with them the check on
 * the extension).
 */
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
