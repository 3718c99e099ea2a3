/**
 * WebKit (Debian's WebKitGTK, in its MiniBrowser) on a screen of its own, through WebDriver
 * (https://www.w3.org/TR/webdriver2/).
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Visitor } from './visitor.ts';
import { freePort } from '../free-port.ts';

const LIBRARIES = '/usr/lib';
const START_MS = 20_000;
/** Given to each page after the control's error, to have its own. */
const SETTLE_MS = 4000;
const CONTROL = 'the control that must be heard';

/** What is missing for it, or `undefined`. */
export function webkitMissing(): string | undefined {
  for (const program of ['WebKitWebDriver', 'Xvfb'])
    if (spawnSync('which', [program]).status !== 0) return `the program ${program} is missing`;
  return miniBrowser() === undefined ? 'MiniBrowser of WebKitGTK is missing' : undefined;
}

/** Debian keeps it beside the library, by architecture and version. */
function miniBrowser(): string | undefined {
  for (const architecture of readdirSync(LIBRARIES)) {
    const file = join(LIBRARIES, architecture, 'webkit2gtk-4.1/MiniBrowser');
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Its driver reports no errors of pages: `webkitConsole` does. */
export interface WebkitVisitor extends Pick<
  Visitor,
  'browser' | 'goto' | 'evaluate' | 'screenshot' | 'close'
> {
  /** Size of the window in pixels; the browser makes the page no narrower than its bar. */
  resize(width: number, height: number): Promise<void>;
}

export async function visitWithWebkit(): Promise<WebkitVisitor> {
  const home = await makeHome();
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    env: home.env,
    stdio: 'ignore',
    detached: true,
  });
  const close = () => home.close(driver);

  const origin = `http://127.0.0.1:${port}`;
  const request = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(origin + path, init);
    const { value } = (await response.json()) as { value: T & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };

  try {
    await listening(request, driver);
    const { sessionId, capabilities } = await request<{
      sessionId: string;
      capabilities: { browserVersion: string };
    }>('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          'webkitgtk:browserOptions': {
            binary: miniBrowser(),
            args: ['--automation'],
          },
        },
      },
    });
    const session = `/session/${sessionId}`;
    return {
      browser: `WebKitGTK ${capabilities.browserVersion}`,
      goto: (url) => request('POST', `${session}/url`, { url }),
      evaluate: async <T>(expression: string) => {
        const script = `const [done] = arguments;
          (async () => JSON.stringify(await (${expression})) ?? 'null')().then(
            (value) => done({ value }), (error) => done({ error: String(error) }));`;
        const { value, error } = await request<{ value?: string; error?: string }>(
          'POST',
          `${session}/execute/async`,
          { script, args: [] },
        );
        if (value === undefined) throw new Error(error);
        return JSON.parse(value) as T;
      },
      screenshot: async () => Buffer.from(await request<string>('GET', `${session}/screenshot`), 'base64'),
      resize: async (width, height) => {
        await request('POST', `${session}/window/rect`, { width, height });
      },
      close: async () => {
        await request('DELETE', session).catch(() => {});
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What each of these pages, in a tab of its own, did not catch or wrote as an error on the console. */
export async function webkitConsole(urls: readonly string[]): Promise<string[]> {
  const home = await makeHome();
  const control = `data:text/html,<script>throw new Error('${CONTROL}')</script>`;
  const flags = ['--enable-write-console-messages-to-stdout=true', ...urls, control];
  // Whatever the flag says, it writes them to the other stream.
  const browser = spawn(miniBrowser() ?? '', flags, {
    env: home.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  try {
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nothing on the console:\n${output}`)), START_MS);
      browser.stderr.on('data', (text) => {
        output += String(text);
        if (!output.includes(CONTROL)) return;
        clearTimeout(timer);
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return output.split('\n').filter((line) => /CONSOLE (JS )?ERROR/.test(line) && !line.includes(CONTROL));
  } finally {
    await home.close(browser);
  }
}

async function listening(
  request: (method: 'GET', path: string) => Promise<unknown>,
  driver: ChildProcess,
): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline && driver.exitCode === null) {
    if (
      await request('GET', '/status').then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('WebKitWebDriver did not start');
}

/** A folder for whatever it keeps, and an X server under a number that this one chooses itself. */
async function makeHome(): Promise<{
  env: NodeJS.ProcessEnv;
  /** Ends the program that lives here, which leads a process group, and everything with it. */
  close: (program: ChildProcess) => Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-webkit-'));
  const flags = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
  const screen = spawn('Xvfb', flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const [number] = (await once(screen.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
  const display = `:${String(number).trim()}`;
  return {
    env: { ...process.env, DISPLAY: display, HOME: folder, XDG_RUNTIME_DIR: folder },
    close: async (program) => {
      // With the processes that it started.
      if (program.pid !== undefined && program.exitCode === null) process.kill(-program.pid, 'SIGKILL');
      screen.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
