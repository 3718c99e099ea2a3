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
      await Promise.all(PAGES.map((page) => keepPage(page)));
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
  else if (url.pathname.startsWith('/_next/static/')) event.respondWith(kept(event));
});

self.addEventListener('message', (event) => {
  if (event.data?.type !== 'take-shared-files') return;
  event.ports[0]?.postMessage(held);
  held = [];
});

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

/** Keeping is a convenience: without room on the disk the page works all the same, only not offline. Never rejects. */
async function keep(request, response) {
  try {
    const cache = await caches.open(SHELL);
    await cache.put(request, response);
    const all = await cache.keys();
    const files = all.filter(({ url }) => new URL(url).pathname.startsWith('/_next/static/'));
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
    const named = new Set(text.match(/\/_next\/static\/[^"'\\ )]+\.(?:js|css)/g) ?? []);
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
