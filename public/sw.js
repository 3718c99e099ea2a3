/**
 * The offline shell: the pages and their scripts, so that an installed Tessera opens without a network. Pictures never
 * pass through here: they arrive over peer connections, and shared files are only held in memory until the page
 * asks for them.
 */
const SHELL = 'tessera-shell-1';
const PAGES = ['/', '/send/', '/receive/'];
/** Where the share sheet of a phone posts pictures; no such page exists. */
const SHARE = '/send/share';
/** Shared files that no page asked for are let go. */
const HELD_MS = 60_000;

/** Files of earlier versions are let go from here on, the oldest first: several versions' worth. */
const MAX_KEPT = 300;

let held = [];

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(SHELL);
      await Promise.all(PAGES.map((page) => keepPage(cache, page)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
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
  else if (request.mode === 'navigate' && PAGES.includes(withSlash(url.pathname)))
    event.respondWith(page(event));
  // A worker reads its settings from the fragment of its address, which an answer from here would take away.
  else if (request.destination === 'worker') return;
  // Named by their content: what is kept is never out of date.
  else if (url.pathname.startsWith('/_next/static/')) event.respondWith(kept(request));
});

self.addEventListener('message', (event) => {
  if (event.data?.type !== 'take-shared-files') return;
  event.ports[0]?.postMessage(held);
  held = [];
});

/** The network's page, which may be newer; the kept one without a network. */
async function page(event) {
  const path = withSlash(new URL(event.request.url).pathname);
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keepPage(cache, path));
    return response;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}

async function kept(request) {
  const cache = await caches.open(SHELL);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    const all = await cache.keys();
    const files = all.filter(({ url }) => new URL(url).pathname.startsWith('/_next/static/'));
    for (const old of files.slice(0, Math.max(0, files.length - MAX_KEPT))) await cache.delete(old);
  }
  return response;
}

/** A page with the scripts and styles that it names. */
async function keepPage(cache, path) {
  const response = await fetch(path, { cache: 'no-cache' });
  if (!response.ok) return;
  const text = await response.clone().text();
  const named = new Set(text.match(/\/_next\/static\/[^"'\\ )]+\.(?:js|css)/g) ?? []);
  await cache.put(path, response);
  await Promise.all(
    [...named].map(async (file) => {
      if (!(await cache.match(file))) await cache.add(file).catch(() => undefined);
    }),
  );
}

async function takeShared(event) {
  const form = await event.request.formData();
  held = form.getAll('pictures').filter((value) => value instanceof File);
  setTimeout(() => {
    held = [];
  }, HELD_MS);
  return Response.redirect('/send/?shared=1', 303);
}

function withSlash(path) {
  return path.endsWith('/') ? path : `${path}/`;
}
