import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * The system's choice, free over UDP as well: browsers and relays hold many of those, and the server answers
 * STUN there. Nothing keeps it from being taken again, and little asks for it.
 */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  const udp = createSocket('udp4').bind(port);
  const isFree = await once(udp, 'listening').then(
    () => true,
    () => false,
  );
  udp.close();
  probe.close();
  await once(probe, 'close');
  return isFree ? port : freePort();
}
