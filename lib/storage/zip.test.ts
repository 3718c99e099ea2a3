import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UniqueNames } from './unique-names.ts';
import { zipStream, type ZipEntry } from './zip.ts';

async function* album(): AsyncGenerator<ZipEntry> {
  const blob = (text: string) => new Blob([text], { type: 'image/jpeg' });
  yield { name: 'a.jpg', blob: blob('one'), modified: Date.UTC(2015, 3, 10, 12) };
  yield { name: 'A.JPG', blob: blob('two'), modified: Date.UTC(2020, 0, 1, 12) };
  yield { name: 'Trip/Day 1/a.jpg', blob: blob('in'), modified: Date.UTC(2016, 0, 2, 12) };
  yield { name: 'Trip/a.jpg', blob: blob('by'), modified: Date.UTC(2016, 0, 2, 12) };
  yield { name: 'trip/b.jpg', blob: blob('other'), modified: Date.UTC(2016, 0, 2, 12) };
  yield { name: '../../evil.jpg.exe', blob: blob('three'), modified: 0 };
  yield { name: '写真.jpg', blob: blob('four'), modified: Number.NaN };
}

const python = (() => {
  try {
    execFileSync('python3', ['-c', 'import zipfile']);
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!python)(
  '[P-113] another program unpacks the zip with names and folders made safe and the original dates [needs python3]',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-zip-'));
    let files = 0;
    const bytes = await new Response(zipStream(album(), () => (files += 1))).bytes();
    const path = join(folder, 'album.zip');
    writeFileSync(path, bytes);
    const listing: unknown = JSON.parse(
      execFileSync(
        'python3',
        [
          '-c',
          'import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
            'print(json.dumps([[i.filename,z.read(i).decode(),i.date_time[0]] for i in z.infolist()]))',
          path,
        ],
        { encoding: 'utf8' },
      ),
    );
    expect(files).toBe(7);
    expect(statSync(path).size).toBe(readFileSync(path).length);
    expect(listing).toEqual([
      ['a.jpg', 'one', 2015],
      ['A (2).JPG', 'two', 2020],
      ['Trip/Day 1/a.jpg', 'in', 2016],
      ['Trip/a.jpg', 'by', 2016],
      // Another folder, which a phone's file system would take for the first.
      ['trip (2)/b.jpg', 'other', 2016],
      ['evil.jpg', 'three', 1980],
      ['写真.jpg', 'four', 1980],
    ]);
    rmSync(folder, { recursive: true });
  },
);

test('names that differ only in case or composition do not collide', () => {
  const names = new UniqueNames();
  expect(
    ['é.jpg', 'E\u0301.JPG', 'é.jpg', 'plain', 'plain', '.hidden'].map((name) => names.take(name)),
  ).toEqual(['é.jpg', 'E\u0301 (2).JPG', 'é (3).jpg', 'plain', 'plain (2)', '.hidden']);
});
