/** What one address may not open is closed before anything is spent on it. */
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { connectFrom } from '../testbed/load/raw-websocket.ts';
import { createListener } from './listener.ts';
import { createLog } from './log.ts';
import { ADDRESS_ARRIVALS } from './wire/limits.ts';

let close: (() => void) | undefined;
afterEach(() => {
  vi.restoreAllMocks();
  close?.();
});

const MORE = 200;
const TRIES = ADDRESS_ARRIVALS.points + MORE;

test.each([
  ['none becomes a socket', true, ADDRESS_ARRIVALS.points],
  ['none is kept, where Node is another one inside', false, TRIES],
])('of the connections that one address may not make %s, and others are served', async (_, early, made) => {
  // All within one window, however slow the machine is.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  const server = createListener({ trustedProxies: 0, log: createLog('silent') }, (_, response) =>
    response.end('served'),
  );
  let sockets = 0;
  server.on('connection', () => (sockets += 1));
  // There the guard finds its place.
  if (!early) server.removeAllListeners('listening');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const mine: ReturnType<typeof connect>[] = [];
  close = () => {
    for (const socket of mine) socket.destroy();
    server.closeAllConnections();
    server.close();
  };

  for (let i = 0; i < TRIES; i++) mine.push(connectFrom({ port, from: '127.0.0.9' }));
  await Promise.all(mine.slice(ADDRESS_ARRIVALS.points).map((socket) => once(socket.resume(), 'close')));
  expect(sockets).toBe(made);
  expect(mine.filter(({ destroyed }) => !destroyed)).toHaveLength(ADDRESS_ARRIVALS.points);

  const other = connectFrom({ port, from: '127.0.0.10' });
  mine.push(other);
  other.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  const [answer] = (await once(other, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 200/);
});
