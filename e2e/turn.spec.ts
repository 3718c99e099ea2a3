/**
 * A relay in between: a real coturn on loopback, with the time-limited credentials that the server hands out.
 */
import { coturnMissing, startCoturn, type Coturn } from '../testbed/coturn.ts';
import { Server } from '../testbed/server.ts';
import { expect, test } from './support/app.ts';
import { cross, ReceiverRoom, type Room, SenderRoom } from './support/rooms.ts';

const SECRET = 'only-for-this-test';

/** What both ends of the connections in use are, as the browser itself says. */
async function relayTypes(room: Room): Promise<string[]> {
  return room.page.evaluate(async () => {
    const types = new Set<string>();
    for (const connection of window.opened ?? []) {
      const stats = [...(await connection.getStats()).values()] as Record<string, unknown>[];
      const pair = stats.find(
        (one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded',
      );
      for (const end of ['localCandidateId', 'remoteCandidateId']) {
        const candidate = stats.find((one) => one.id === pair?.[end]);
        if (candidate) types.add(`${end}: ${String(candidate.candidateType)}`);
      }
    }
    return [...types].sort();
  });
}

declare global {
  interface Window {
    opened?: RTCPeerConnection[];
    offered?: string[];
  }
}

/** Keeps the page's connections, and every candidate that it makes. Runs in the page. */
function watchConnections(): void {
  window.opened = [];
  window.offered = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.opened?.push(this);
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.candidate) window.offered?.push(candidate.candidate);
      });
    }
  };
}

test.describe('over a relay', () => {
  test.skip(coturnMissing(), 'coturn is not installed (Debian: apt install coturn)');
  let coturn: Coturn;
  let relayServer: Server;

  test.beforeAll(async () => {
    coturn = await startCoturn(SECRET);
    relayServer = await Server.start({
      TURN_URLS: `turn:127.0.0.1:${coturn.port}?transport=udp`,
      TURN_SECRET: SECRET,
    });
  });
  test.afterAll(async () => {
    await relayServer?.stop();
    await coturn?.stop();
  });

  test('hidden addresses: both pages say relayed, no address is offered, and a picture crosses byte for byte', async ({
    pair,
    pictures,
  }) => {
    // Without the lossy link: its script would put other addresses in the place of the relay's.
    const contexts = await Promise.all([pair.senderBrowser.newContext(), pair.receiverBrowser.newContext()]);
    for (const context of contexts) await context.addInitScript(watchConnections);
    const [senderPage, receiverPage] = await Promise.all(contexts.map((context) => context.newPage()));
    const rooms = { sender: new SenderRoom(senderPage!), receiver: new ReceiverRoom(receiverPage!) };
    const { sender, receiver } = rooms;

    for (const [room, path] of [
      [sender, 'send'],
      [receiver, 'receive'],
    ] as const) {
      await room.page.goto(`${relayServer.url}/${path}/`);
      const hide = room.page.getByTestId('relay-only');
      await room.page.locator('details', { has: hide }).locator('summary').click();
      await hide.check({ timeout: 20_000 });
    }
    await sender.page.getByTestId('open-room').click();
    await receiver.enter(await sender.code());
    for (const room of [sender, receiver]) {
      await room.connection('connected');
      await expect(room.page.getByTestId('path')).toHaveText(/relay/i);
    }
    await cross(rooms, pictures.photo);

    for (const room of [sender, receiver]) {
      expect(await relayTypes(room)).toEqual(['localCandidateId: relay', 'remoteCandidateId: relay']);
      const offered = await room.page.evaluate(() => window.offered ?? []);
      expect(offered.length).toBeGreaterThan(0);
      for (const candidate of offered) {
        expect(candidate).toContain('typ relay');
        // The address from which the relay sees us would appear here.
        expect(candidate).toMatch(/raddr (0\.0\.0\.0|::) rport 0/);
      }
    }
    // Both sides have one address, so one user for the relay's quota, each with the time it is good for.
    const users = new Set([...coturn.output().matchAll(/user <(\d+:[^>]+)>/g)].map(([, user]) => user!));
    expect(new Set([...users].map((user) => user.split(':')[1])).size).toBe(1);
    for (const user of users) {
      const left = Number(user.split(':')[0]) - Date.now() / 1000;
      expect(left).toBeGreaterThan(3000);
      expect(left).toBeLessThanOrEqual(3600);
    }
    for (const context of contexts) await context.close();
  });

  test('without the switch a direct way is taken where there is one, and the page says so', async ({
    pair,
  }) => {
    const contexts = await Promise.all([pair.senderBrowser.newContext(), pair.receiverBrowser.newContext()]);
    for (const context of contexts) await context.grantPermissions(['microphone', 'camera']);
    const [senderPage, receiverPage] = await Promise.all(contexts.map((context) => context.newPage()));
    const sender = new SenderRoom(senderPage!);
    const receiver = new ReceiverRoom(receiverPage!);
    await receiver.join(relayServer.url, await sender.open(relayServer.url));
    for (const room of [sender, receiver]) {
      await room.connection('connected');
      await expect(room.page.getByTestId('path')).toHaveText(/direct/i);
    }
    for (const context of contexts) await context.close();
  });
});
