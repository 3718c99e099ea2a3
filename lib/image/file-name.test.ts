import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cleanFileName,
  fitName,
  MAX_NAME_BYTES,
  safeSaveType,
  cleanPath,
  fitPath,
  MAX_FOLDERS,
} from './file-name.ts';

const TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/heic',
  'image/svg+xml',
  '',
];
const DEVICES = ['CON', 'prn', 'Aux', 'NUL', 'COM1', 'com9', 'LPT1', 'lpt0', 'CONIN$', 'COM¹'];
const INVISIBLE = [
  '\u202e',
  '\u202d',
  '\u2066',
  '\u2069',
  '\u200b',
  '\u200d',
  '\u200f',
  '\ufeff',
  '\u00ad',
  '\0',
  '\n',
  '\x7f',
  '\x85',
  '\u2028',
  '\u3164',
  '\u{e0041}',
];
const SEPARATORS = [
  '/',
  '\\',
  '../',
  '..\\',
  'C:\\',
  '\\\\server\\share\\',
  '~/',
  ':',
  '\uff0f',
  '\u2215',
  'file:///',
];
const ACTIVE = [
  'exe',
  'EXE',
  'scr',
  'html',
  'svg',
  'js',
  'lnk',
  'bat',
  'hta',
  'desktop',
  'app',
  'com',
  'ps1',
];

/** What must hold of every answer, whatever the input. */
function expectSafe(cleaned: string, type: string): void {
  const byteLength = new TextEncoder().encode(cleaned).length;
  expect(byteLength).toBeGreaterThan(0);
  expect(byteLength).toBeLessThanOrEqual(MAX_NAME_BYTES);
  expect(cleaned).not.toMatch(/[/\\:*?"<>|\u2215\uff0f]/u);
  expect(cleaned).not.toMatch(/(?!\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u3164]/u);
  // A joiner only where it joins something.
  expect(cleaned).not.toMatch(/(?:^|\p{ASCII})(?:\u200c|\u200d|\ufe0f)|(?:\u200c|\u200d)(?:$|\p{ASCII})/u);
  expect(cleaned).not.toMatch(/^[.\s]|[.\s]$/u);
  expect(cleaned).not.toMatch(/^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(?:\.|$)/iu);
  expect(cleaned).not.toMatch(/\.(?:exe|scr|html?|svg|js|lnk|bat|hta|desktop|app|com|ps1)\s*(?:\.|$)/iu);
  if (type === 'image/jpeg') expect(cleaned).toMatch(/\.[a-z0-9]+$/iu);
  expect(cleanFileName(cleaned, type)).toBe(cleaned);
}

describe('a plain name is left alone', () => {
  test.each([
    ['IMG_1234.JPG', 'image/jpeg'],
    ['Sommer am See (2).jpeg', 'image/jpeg'],
    ['写真.png', 'image/png'],
    ['صورة.webp', 'image/webp'],
    ['DSC00042.HEIC', 'image/heic'],
    ['IMG_0001.HEIC', 'image/jpeg'],
    ['😀.gif', 'image/gif'],
    ['notes.txt', ''],
    ['PANO_01.MPO', 'image/jpeg'],
    ['sphere.insp', 'image/jpeg'],
    ['MVI_0001.THM', 'image/jpeg'],
    ...['NRW', 'GPR', '3FR', 'IIQ', 'RWL', 'SR2', 'KDC', 'ERF', 'nef', 'dng'].map(
      (ending): [string, string] => [`DSC_0001.${ending}`, 'image/tiff'],
    ),
    ['St. Moritz.jpg', 'image/jpeg'],
    ['Dr. No. 2 (v. 3).png', 'image/png'],
    ['👨‍👩‍👧 ❤️‍🔥 🏳️‍🌈.jpg', 'image/jpeg'],
    ['می\u200cخواهم.jpg', 'image/jpeg'],
    ['क्\u200dष.png', 'image/png'],
    ['IMG_0001.CR3', ''],
    ['GX010001.mp4', ''],
    ...['report.pdf', 'letter.docx', 'table.xlsx', 'book.epub', 'all.tar.gz', 'notes.md'].map(
      (name): [string, string] => [name, ''],
    ),
  ])('%s', (name, type) => {
    expect(cleanFileName(name, type)).toBe(name);
  });
});

describe('a hostile name is made plain', () => {
  test.each([
    ['../../etc/passwd', 'image/jpeg', 'passwd.jpg'],
    ['..\\..\\Windows\\win.png', 'image/png', 'win.png'],
    ['photo\u202egnp.exe', 'image/png', 'photognp.png'],
    ['photo.jpg.exe', 'image/jpeg', 'photo.jpg'],
    ['photo.exe', 'image/jpeg', 'photo.jpg'],
    ['photo.exe.jpg', 'image/jpeg', 'photo_exe.jpg'],
    ['photo.svg', 'image/svg+xml', 'photo_svg.bin'],
    ['page.html', '', 'page_html.bin'],
    ...['rdp', 'iqy', 'mobileconfig', 'ps1xml', 'appinstaller'].map((ending): [string, string, string] => [
      `a.${ending}`,
      '',
      `a_${ending}.bin`,
    ]),
    ['a.whatever', '', 'a.whatever.bin'],
    ['nothing', '', 'nothing.bin'],
    ['macros.docm', '', 'macros_docm.bin'],
    ['report.pdf.exe', '', 'report_pdf_exe.bin'],
    ['St. Moritz', 'image/jpeg', 'St. Moritz.jpg'],
    ['photo. exe', 'image/jpeg', 'photo.jpg'],
    ['a\u200d.j\u200cpg', 'image/jpeg', 'a.jpg'],
    ['CON.jpg', 'image/jpeg', '_CON.jpg'],
    ['aux', 'image/png', '_aux.png'],
    ['.htaccess', 'image/gif', 'htaccess.gif'],
    ['photo.jpg. . .', 'image/jpeg', 'photo.jpg'],
    ['', 'image/jpeg', 'picture.jpg'],
    ['..', 'image/webp', 'picture.webp'],
    ['my holiday', 'image/jpeg', 'my holiday.jpg'],
    ['v1.2', 'image/jpeg', 'v1.2.jpg'],
    ['a:b*c?.png', 'image/png', 'a_b_c_.png'],
    ['x\ud800.png', 'image/png', 'x.png'],
  ])('%j as %s is %s', (name, type, expected) => {
    expect(cleanFileName(name, type)).toBe(expected);
    expectSafe(expected, type);
  });
});

test('a long name keeps its extension and is cut between characters', () => {
  const cleaned = cleanFileName(`${'日本'.repeat(200)}.jpeg`, 'image/jpeg');
  expect(cleaned).toMatch(/^(?:日本)+日?\.jpeg$/u);
  expect(new TextEncoder().encode(cleaned).length).toBeGreaterThan(MAX_NAME_BYTES - 4);
  expectSafe(cleaned, 'image/jpeg');
});

test('a name too long to cross keeps its ending', () => {
  const long = `${'写'.repeat(100)}.jpeg`;
  const fitted = fitName(long);
  expect(fitted).toMatch(/^写{80,}\.jpeg$/u);
  expect(new TextEncoder().encode(fitted).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
  expect(fitName('写真.jpeg')).toBe('写真.jpeg');
  expect(new TextEncoder().encode(fitName('é'.repeat(4000))).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
});

test('a cut that lays bare a dangerous ending mends it', () => {
  for (let length = 230; length < 260; length++) {
    expectSafe(cleanFileName(`${'a'.repeat(length)}.exec.jpg`, 'image/jpeg'), 'image/jpeg');
  }
});

test('[P-107] every combination of hostile pieces comes out safe', () => {
  const names: string[] = [];
  for (const device of DEVICES)
    for (const end of ['', '.', ' .jpg', '.tar.gz', '.exe', '  ']) names.push(device + end);
  for (const hidden of INVISIBLE)
    for (const active of ACTIVE) names.push(`a${hidden}.jp${hidden}g.${active}${hidden}`);
  for (const separator of SEPARATORS)
    for (const device of DEVICES) names.push(`${separator}${device}${separator}`);
  for (const active of ACTIVE)
    names.push(`${'x'.repeat(300)}.${active}`, `x.${active}${' '.repeat(300)}.jpg`, `.${active}`);
  expect(names.length).toBeGreaterThanOrEqual(300);
  for (const name of names) for (const type of TYPES) expectSafe(cleanFileName(name, type), type);
});

test('[P-107] any string comes out safe', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      ...DEVICES,
      ...INVISIBLE,
      ...SEPARATORS,
      '.',
      ' ',
      '..',
      ...ACTIVE.map((end) => `.${end}`),
    ),
    fc.constantFrom(
      'ب',
      '\ufe0f',
      '❤',
      '\u200c',
      'é',
      'e\u0301',
      '\u0344',
      '\ud800',
      '👨‍👩‍👧',
      'a'.repeat(240),
      '日'.repeat(80),
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom(...TYPES), (pieces, type) => {
      expectSafe(cleanFileName(pieces.join(''), type), type);
    }),
    { numRuns: 1000 },
  );
});

test('[P-106] only showable pictures keep their type when saved', () => {
  expect(safeSaveType('image/png')).toBe('image/png');
  for (const type of ['image/svg+xml', 'text/html', 'image/heic', '', 'constructor']) {
    expect(safeSaveType(type)).toBe('application/octet-stream');
  }
});

describe('a path', () => {
  test.each([
    ['Trip/Day 1/a.jpg', ['Trip', 'Day 1'], 'a.jpg'],
    ['../../etc/a.jpg', ['etc'], 'a.jpg'],
    ['/etc/a.jpg', ['etc'], 'a.jpg'],
    ['C:\\Windows\\System32\\a.jpg', ['C_', 'Windows', 'System32'], 'a.jpg'],
    ['con/nul.x/a.jpg', ['_con', '_nul.x'], 'a.jpg'],
    ['Calculator.app/Contents/a.jpg', ['Calculator_app', 'Contents'], 'a.jpg'],
    ['Best.of.prefPane/x.saver/a.jpg', ['Best_of_prefPane', 'x_saver'], 'a.jpg'],
    ['a.bundle/b.plugin/c.kext/a.jpg', ['a_bundle', 'b_plugin', 'c_kext'], 'a.jpg'],
    [
      'a.component/b.qlgenerator/c.mdimporter/a.jpg',
      ['a_component', 'b_qlgenerator', 'c_mdimporter'],
      'a.jpg',
    ],
    ['a.osax/b.appex/c.XPC /a.jpg', ['a_osax', 'b_appex', 'c_XPC'], 'a.jpg'],
    [
      'Trip.{645FF040-5081-101B-9F08-00AA002F954E}/a.jpg',
      ['Trip_{645FF040-5081-101B-9F08-00AA002F954E}'],
      'a.jpg',
    ],
    ['Trip.{Rome}/St. Moritz 1.2/a.jpg', ['Trip.{Rome}', 'St. Moritz 1.2'], 'a.jpg'],
    ['.ssh/./ ... /a.jpg', ['ssh'], 'a.jpg'],
    ['a\u202eb/\u0000c/a.jpg', ['ab', 'c'], 'a.jpg'],
    ['a/b/', ['a'], 'b.jpg'],
  ])('[P-113] %j lies in %j as %s', (path, folders, name) => {
    expect(cleanPath(path, 'image/jpeg')).toEqual({ folders, name });
  });

  test('[P-113] of any string has safe folders, few and short, and stays as it is once clean', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '/',
        '\\',
        '..',
        '.',
        '~',
        'CON',
        'x.app',
        'x.kext',
        '.{0-A}',
        'C:',
        '\u202e',
        'a'.repeat(300),
        ...DEVICES,
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const { folders, name } = cleanPath(pieces.join('/'), 'image/jpeg');
        expect(folders.length).toBeLessThanOrEqual(MAX_FOLDERS);
        for (const folder of folders) {
          expect(new TextEncoder().encode(folder).length).toBeLessThanOrEqual(101);
          expect(folder).not.toMatch(/[/\\:*?"<>|]|^[.\s]|[.\s]$|\.(?:app|exe|kext|\{0-a\})$/iu);
          expect(folder).not.toMatch(/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\s*(?:\.|$)/iu);
        }
        expectSafe(name, 'image/jpeg');
        expect(cleanPath([...folders, name].join('/'), 'image/jpeg')).toEqual({ folders, name });
      }),
      { numRuns: 100 },
    );
  });

  test('[P-113] too long to cross leaves its outermost folders behind, and keeps its name', () => {
    const path = `${'album-'.repeat(15)}/${'b'.repeat(90)}/${'c'.repeat(90)}/IMG_1.jpg`;
    expect(fitPath(path)).toBe(`${'b'.repeat(90)}/${'c'.repeat(90)}/IMG_1.jpg`);
    expect(new TextEncoder().encode(fitPath(`x/${'写'.repeat(200)}.jpg`)).length).toBeLessThanOrEqual(255);
    expect(fitPath('../up/C:/a\\b.jpg')).toBe('up/C_/a_b.jpg');
  });
});
