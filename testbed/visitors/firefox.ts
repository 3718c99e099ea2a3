/** Firefox through WebDriver BiDi, in a network namespace of a test's own. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Namespaces } from '../networks/namespaces.ts';
import { BidiConnection } from './bidi.ts';
import type { Visitor } from './visitor.ts';

export const FIREFOX = '/usr/bin/firefox-esr';
const START_MS = 60_000;

/** Joins this process's standard streams to a port of the namespace that it runs in. */
const FORWARD = `const s = require('node:net').connect(+process.argv[1], '127.0.0.1');
  process.stdin.pipe(s).pipe(process.stdout); s.on('error', () => process.exit(1)); s.on('close', () => process.exit());`;

export interface LaunchFirefox {
  namespaces: Namespaces;
  /** Which of them. */
  inside: string;
  /** Settings (about:config). */
  preferences?: Readonly<Record<string, string | number | boolean>>;
  /** Written in the page before its own scripts: a function's body. */
  script?: string;
}

export async function visitWithFirefox({
  namespaces,
  inside,
  preferences = {},
  script,
}: LaunchFirefox): Promise<Visitor> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-firefox-'));
  const downloads = join(folder, 'downloads');
  const profile = join(folder, 'profile');
  for (const path of [downloads, profile]) mkdirSync(path);
  const settings = {
    'browser.download.dir': downloads,
    'browser.download.folderList': 2,
    'browser.download.useDownloadDir': true,
    'browser.download.always_ask_before_handling_new_types': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage_override.mstone': 'ignore',
    'datareporting.policy.dataSubmissionEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'remote.active-protocols': 1,
    'toolkit.telemetry.enabled': false,
    ...preferences,
  };
  const lines = Object.entries(settings).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join('\n'));
  const flags = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = namespaces.spawn(inside, FIREFOX, flags, { HOME: folder, MOZ_CRASHREPORTER_DISABLE: '1' });
  const port = await new Promise<number>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`Firefox did not start:\n${output}`)), START_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output = (output + String(text)).slice(-100_000);
        const found = /WebDriver BiDi listening on ws:\/\/[^:]+:(\d+)/.exec(output)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(Number(found));
      });
    }
  });

  // The browser listens inside the namespace; from out here a process in it carries the bytes.
  const door = createServer((socket) => {
    const forward = namespaces.spawn(inside, process.execPath, ['-e', FORWARD, String(port)]);
    for (const end of [socket, forward.stdin!]) end.on('error', () => {});
    socket.pipe(forward.stdin!);
    forward.stdout.pipe(socket);
    socket.on('close', () => forward.kill('SIGKILL'));
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
  const address = door.address() as { port: number };
  const bidi = await BidiConnection.open(`ws://127.0.0.1:${address.port}/session`, `127.0.0.1:${port}`);

  const session = await bidi.send<{ capabilities: { browserVersion: string } }>('session.new', {
    capabilities: { alwaysMatch: { unhandledPromptBehavior: { default: 'accept' } } },
  });
  const { contexts } = await bidi.send<{ contexts: { context: string }[] }>('browsingContext.getTree', {});
  const context = contexts[0]!.context;
  const errors: string[] = [];
  bidi.on('log.entryAdded', ({ type, level, text }: { type: string; level: string; text: string | null }) => {
    // `javascript`: what was not caught; `console`: what the page itself wrote.
    if (type === 'javascript' && level === 'error') errors.push(text ?? '');
  });
  await bidi.send('session.subscribe', { events: ['log.entryAdded'] });
  if (script !== undefined)
    await bidi.send('script.addPreloadScript', { functionDeclaration: `() => {${script}}` });

  const evaluate = async <T>(expression: string): Promise<T> => {
    const { type, result, exceptionDetails } = await bidi.send<{
      type: string;
      result?: { value?: string };
      exceptionDetails?: { text: string };
    }>('script.evaluate', {
      expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`,
      target: { context },
      awaitPromise: true,
    });
    if (type !== 'success') throw new Error(exceptionDetails?.text ?? type);
    return JSON.parse(result?.value ?? 'null') as T;
  };

  return {
    browser: `Firefox ${session.capabilities.browserVersion}`,
    errors,
    downloads,
    evaluate,
    goto: async (url) =>
      void (await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' })),
    reload: async () => void (await bidi.send('browsingContext.reload', { context, wait: 'complete' })),
    choose: async (testid, files) => {
      const { nodes } = await bidi.send<{ nodes: { sharedId: string }[] }>('browsingContext.locateNodes', {
        context,
        locator: { type: 'css', value: `[data-testid="${testid}"]` },
      });
      const [element] = nodes;
      if (!element) throw new Error(`no ${testid}`);
      await bidi.send('input.setFiles', {
        context,
        element: { sharedId: element.sharedId },
        files: [...files],
      });
    },
    screenshot: async () => {
      const { data } = await bidi.send<{ data: string }>('browsingContext.captureScreenshot', { context });
      return Buffer.from(data, 'base64');
    },
    close: async () => {
      await bidi.send('browser.close', {}).catch(() => {});
      bidi.close();
      door.close();
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
