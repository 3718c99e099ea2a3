/** Clients that connect and ask for nothing, or for a room that nobody joins. */
import { setTimeout as sleep } from 'node:timers/promises';
import { asked, connected, person, type PeopleOptions } from './people.ts';

/** Handshakes under way at a time. */
const AT_A_TIME = 50;

export async function idleSockets(options: PeopleOptions & { first: number; count: number; open?: boolean }) {
  let lost = 0;
  let next = 0;
  const opener = async () => {
    while (next < options.count) {
      const socket = person(options.first + next++, options);
      await connected(socket).catch(() => {});
      socket.on('disconnect', () => (lost += 1));
      if (!socket.connected) lost += 1;
      else if (options.open === true) asked(await socket.emitWithAck('open', {}));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, opener));
  // Whatever the server does a moment after a handshake.
  await sleep(200);
  return { held: () => options.count - lost };
}
