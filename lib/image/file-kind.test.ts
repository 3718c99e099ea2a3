import { expect, test } from 'vitest';
import { fileKind, fileLabel } from './file-kind.ts';

test.each([
  ['IMG_1.jpg', 'image/jpeg', 'picture', 'JPEG'],
  ['drawing.svg', 'image/svg+xml', 'picture', 'SVG'],
  ['no-bytes-of-a-picture.jpg', 'application/octet-stream', 'picture', 'JPG'],
  ['IMG_0001.MOV', 'video/quicktime', 'film', 'MOV'],
  ['clip', 'video/webm', 'film', 'WEBM'],
  ['voice.m4a', 'audio/x-m4a', 'sound', 'M4A'],
  ['report.pdf', 'application/pdf', 'document', 'PDF'],
  [
    'letter.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'document',
    'DOCX',
  ],
  ['notes.txt', 'text/plain', 'text', 'TXT'],
  ['README', 'text/plain', 'text', 'PLAIN'],
  ['all.tar.gz', 'application/gzip', 'archive', 'GZ'],
  ['nothing', 'application/octet-stream', 'other', ''],
  ['.hidden', '', 'other', ''],
  ['a.<b>x</b>', 'text/<script>', 'text', ''],
  ['constructor.constructor', 'constructor/constructor', 'other', ''],
])('%s of type %s is a %s and is labelled "%s"', (name, type, kind, label) => {
  expect(fileKind(name, type)).toBe(kind);
  expect(fileLabel(name, type)).toBe(label);
});
