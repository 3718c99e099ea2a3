/**
 * Tells browsers the address that the internet sees them under: STUN on the port of the pages, over UDP.
 *
 * It answers Binding requests and nothing else, one datagram each, and holds no state but counts. The answer
 * is at most 24 bytes longer than the request, so it is no amplifier worth forging an address for.
 */
import { createSocket, type Socket } from 'node:dgram';
import { limitKey } from '../socket/address.ts';
import { addressBytes } from './address-bytes.ts';
import { AnswerBudget } from './answer-budget.ts';
import { answerBinding, parseBindingRequest } from './message.ts';

/** A running STUN service. */
export interface StunServer {
  close(): Promise<void>;
}

/**
 * @param address where the pages are served: `::` is every address, of both families
 * @param onLimit called for each question that is not answered because there were too many
 * @throws (rejects) when the port is taken
 */
export async function startStun(
  address: string,
  port: number,
  onLimit: () => void = () => {},
): Promise<StunServer> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', ipv6Only: false });
  const budget = new AnswerBudget();
  socket.on('message', (bytes, from) => {
    // Nothing can be sent to port 0, and nothing honest is sent from there.
    if (from.port === 0) return;
    const request = parseBindingRequest(bytes);
    if (request === undefined) return;
    if (!budget.take(limitKey(from.address), performance.now())) return onLimit();
    const source = addressBytes(from.address);
    // Whether it arrives is the asker's concern: it asks again.
    if (source) socket.send(answerBinding(request, source, from.port), from.port, from.address, () => {});
  });
  await bind(socket, address, port);
  // An unreachable asker is reported here by some systems; nothing is to be done about it.
  socket.on('error', () => {});
  return { close: () => new Promise((resolve) => void socket.close(() => resolve())) };
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}
