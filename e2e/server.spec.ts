import { expect, test } from './fixtures.ts';

test('the server serves both rooms, and again after a restart', async ({ server, request }) => {
  // Not through a page: its service worker would answer for an absent server.
  for (const path of ['/send/', '/receive/']) {
    expect((await request.get(server.url + path)).status()).toBe(200);
  }
  await server.stop();
  await expect(request.get(`${server.url}/send/`)).rejects.toThrow('ECONNREFUSED');
  await server.start();
  expect((await request.get(`${server.url}/send/`)).status()).toBe(200);
});
