/**
 * The offline shell: the pages and their scripts, so that an installed Tessera opens without a network.
 * Pictures never pass through here: they arrive over peer connections, and shared files are only held in
 * memory until the page asks for them.
 */
/** Where this worker lies, and the pages with it: empty, or a path such as `/tessera`. */
const BASE = new URL('.', self.location.href).pathname.slice(0, -1);
/** One for each path: pages of others may share the origin. */
const SHELL = `tessera-shell-1${BASE}`;
const PAGES = ['/', '/send/', '/receive/'].map((path) => BASE + path);
/** Files that are named by their content. */
const NAMED = `${BASE}/_next/static/`;
/** Where the share sheet of a phone posts pictures; no such page exists. */
const SHARE = `${BASE}/send/share`;
/** Shared files that no page asked for are let go. */
const HELD_MS = 60_000;
/** A sending page that is open answers at once; one that sleeps does not. */
const ANSWER_MS = 1000;
/** Shared files held at most, as many as a page takes at a time. */
const MAX_HELD = 2000;

/** `MESSAGE_TYPE` of lib/image/text-message.ts. */
const MESSAGE_TYPE = 'text/vnd.tessera.message';

/** No such page exists: what is asked for below it is being made by a page, while it is saved. */
const SAVE = `${BASE}/save/`;
/** A page that was promised a download and never asked for it. */
const PROMISED_MS = 60_000;
const promised = new Map();

/** Files of earlier versions are let go from here on, the oldest first: several versions' worth. */
const MAX_KEPT = 300;

let held = [];
let letGo;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      await Promise.all(PAGES.map((page) => keepPage(page)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name !== SHELL && /^tessera-shell-\d+(.*)$/.exec(name)?.[1] === BASE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === 'POST' && url.pathname === SHARE) event.respondWith(takeShared(event));
  else if (request.method !== 'GET') return;
  else if (url.pathname.startsWith(SAVE) && promised.has(url.pathname.slice(SAVE.length)))
    event.respondWith(streamed(url.pathname.slice(SAVE.length)));
  else if (request.mode === 'navigate' && PAGES.includes(withSlash(url.pathname)))
    event.respondWith(page(event));
  // A worker reads its settings from the fragment of its address, which an answer from here would take away.
  else if (request.destination === 'worker') return;
  // Named by their content: what is kept is never out of date.
  else if (url.pathname.startsWith(NAMED)) event.respondWith(kept(event));
});

self.addEventListener('message', (event) => {
  if (event.data?.type === 'save-stream') promise(event.data, event.ports[0]);
  if (event.data?.type !== 'take-shared-files') return;
  event.ports[0]?.postMessage(held);
  held = [];
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showPage(withSlash(event.notification.data ?? '')));
});

/** The page that gave the note, else another of these; without one, the first page. */
async function showPage(path) {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const pages = all.filter((page) => PAGES.includes(pathOf(page)));
  const shown = pages.find((page) => pathOf(page) === path) ?? pages[0];
  if (shown) await shown.focus();
  else await self.clients.openWindow(`${BASE}/`);
}

function promise({ id, name }, port) {
  promised.set(id, { name, port });
  setTimeout(() => promised.delete(id), PROMISED_MS);
  port.postMessage('ready');
}

/** A download whose bytes a page hands over one wish at a time. */
function streamed(id) {
  const { name, port } = promised.get(id);
  promised.delete(id);
  const source = {
    start(controller) {
      port.onmessage = ({ data }) => {
        if (data instanceof Uint8Array) controller.enqueue(data);
        else if (data === 'end') controller.close();
        else controller.error(new Error('the page could not go on'));
      };
    },
    pull: () => port.postMessage('pull'),
    cancel: () => port.postMessage('cancel'),
  };
  // Nothing ahead: the first wish says that the browser reads.
  const body = new ReadableStream(source, { highWaterMark: 0 });
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  };
  return new Response(body, { headers });
}

/** The network's page, which may be newer; the kept one without a network. */
async function page(event) {
  const path = withSlash(new URL(event.request.url).pathname);
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keepPage(path));
    return response;
  } catch {
    return (await find(path)) ?? Response.error();
  }
}

async function kept(event) {
  const { request } = event;
  const found = await find(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keep(request, response.clone()));
  return response;
}

/** A cache that cannot be read is a cache without this file. */
async function find(request) {
  try {
    const cache = await caches.open(SHELL);
    return await cache.match(request);
  } catch {
    return undefined;
  }
}

/**
 * Keeping is a convenience: without room on the disk the page works all the same, only not offline. Never
 * rejects.
 */
async function keep(request, response) {
  try {
    const cache = await caches.open(SHELL);
    await cache.put(request, response);
    const all = await cache.keys();
    const files = all.filter(({ url }) => new URL(url).pathname.startsWith(NAMED));
    for (const old of files.slice(0, Math.max(0, files.length - MAX_KEPT))) await cache.delete(old);
  } catch {
    // Over the quota, or storage is switched off.
  }
}

/** A page with the scripts and styles that it names. Never rejects. */
async function keepPage(path) {
  try {
    const response = await fetch(path, { cache: 'no-cache' });
    if (!response.ok) return;
    const text = await response.clone().text();
    const names = text.match(/\/_next\/static\/[^"'\\ )]+\.(?:js|css)/g) ?? [];
    const named = new Set(names.map((name) => BASE + name));
    await keep(path, response);
    await Promise.all(
      [...named].map(async (file) => {
        if (await find(file)) return;
        const answer = await fetch(file);
        if (answer.ok) await keep(file, answer);
      }),
    );
  } catch {
    // No network: what is kept already stays.
  }
}

/**
 * The share sheet's request is the browser's own: no page is behind it, so it has no referrer and an opaque
 * origin. What a page posts names the page, unless that hides its origin; so nothing that arrives here is
 * added before the person says so.
 */
function fromShareSheet({ mode, destination, referrer, referrerPolicy, headers }) {
  const site = headers.get('sec-fetch-site') ?? 'none';
  const origin = headers.get('origin') ?? 'null';
  return (
    mode === 'navigate' &&
    destination === 'document' &&
    site === 'none' &&
    origin === 'null' &&
    referrer === '' &&
    referrerPolicy !== 'no-referrer'
  );
}

async function takeShared({ request }) {
  if (!fromShareSheet(request)) return Response.redirect(`${BASE}/send/`, 303);
  const form = await request.formData();
  const files = form
    .getAll('pictures')
    .filter((value) => value instanceof File)
    .slice(0, MAX_HELD);
  const words = ['title', 'text', 'url']
    .map((part) => form.get(part))
    .filter((part) => typeof part === 'string' && part);
  if (words.length > 0) files.push(new File([words.join('\n')], 'text.txt', { type: MESSAGE_TYPE }));
  // Without a page in answer the one that is open stays, and its room with it.
  if (await handedToOpenPage(files)) return new Response(null, { status: 204 });
  held = [...held, ...files].slice(0, MAX_HELD);
  clearTimeout(letGo);
  letGo = setTimeout(() => {
    held = [];
  }, HELD_MS);
  return Response.redirect(`${BASE}/send/?shared=1`, 303);
}

async function handedToOpenPage(files) {
  const pages = await self.clients.matchAll({ type: 'window' });
  for (const page of pages) {
    if (pathOf(page) !== `${BASE}/send/`) continue;
    const { port1, port2 } = new MessageChannel();
    const taken = new Promise((resolve) => {
      port1.onmessage = () => resolve(true);
      setTimeout(() => resolve(false), ANSWER_MS);
    });
    page.postMessage({ type: 'shared-files', files }, [port2]);
    if (await taken) return true;
  }
  return false;
}

function pathOf({ url }) {
  return withSlash(new URL(url).pathname);
}

function withSlash(path) {
  return path.endsWith('/') ? path : `${path}/`;
}
