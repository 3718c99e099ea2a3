/**
 * `node scripts/film.mjs`: the moving picture of the README, `docs/images/laboratory.webp`. It is the
 * replay of the laboratory, photographed step by step, so a slow machine gives the same pictures. Needs built
 * pages and ffmpeg.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { root, run } from './tools.mjs';

const EXPERIMENT = 'loss=5&burst=1&roundTrip=100&rate=5&queue=200&lanes=16&seed=7&rival=sctp';
const FRAMES_A_SECOND = 10;
const SECONDS = 5;
/** The last frame stays for a while before the film begins anew. */
const REST_SECONDS = 2;

const port = Number(process.env.PORT ?? 3000);
const folder = mkdtempSync(join(tmpdir(), 'tessera-film-'));
const installed = '/usr/bin/chromium';
const browser = await chromium.launch(existsSync(installed) ? { executablePath: installed } : {});
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 1200 }, reducedMotion: 'reduce' });
  await page.goto(`http://localhost:${port}/lab/#${EXPERIMENT}`);
  const position = page.getByTestId('lab-position');
  await page.locator('[data-testid=lab-play]:enabled').waitFor({ timeout: 120_000 });
  const [seconds] = (await position.getAttribute('aria-valuetext')).match(/[\d.]+(?= sec$)/) ?? [];
  const boxes = await Promise.all(
    ['lab-ours', 'lab-theirs'].map((side) => page.getByTestId(side).boundingBox()),
  );
  const top = Math.min(...boxes.map((box) => box.y)) - 12;
  const left = Math.min(...boxes.map((box) => box.x)) - 12;
  const clip = {
    x: left,
    y: top,
    width: Math.max(...boxes.map((box) => box.x + box.width)) + 12 - left,
    height: Math.max(...boxes.map((box) => box.y + box.height)) + 12 - top,
  };
  const frames = SECONDS * FRAMES_A_SECOND;
  for (let frame = 0; frame < frames + REST_SECONDS * FRAMES_A_SECOND; frame++) {
    const at = Math.min(frame, frames) / FRAMES_A_SECOND / Number(seconds);
    await position.fill(String(Math.min(1000, Math.round(at * 1000))));
    await page.evaluate(() => new Promise((painted) => setTimeout(painted, 120)));
    await page.screenshot({ path: join(folder, `${String(frame).padStart(3, '0')}.png`), clip });
  }
  const film = join(root, 'docs', 'images', 'laboratory.webp');
  const made = await run(
    'ffmpeg',
    [
      '-y',
      '-loglevel',
      'error',
      '-framerate',
      String(FRAMES_A_SECOND),
      '-i',
      join(folder, '%03d.png'),
    ].concat(['-vf', 'scale=800:-1', '-loop', '0', '-quality', '60', film]),
    { limitMs: 120_000 },
  );
  if (made.code !== 0) throw new Error('ffmpeg made no film.');
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
