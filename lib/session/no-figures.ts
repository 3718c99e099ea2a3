import { geometryOf } from '../protocol/geometry.ts';
import type { Figures } from './model.ts';

/** Before anything was sent: all there is to say is how many chunks it will be. */
export function noFigures(byteLength: number): Figures {
  return {
    chunksTotal: geometryOf(byteLength).chunks,
    chunksReceived: 0,
    chunksLost: 0,
    chunksRepaired: 0,
    packetsSent: 0,
    packetsReceived: 0,
    packetsLost: 0,
    retransmitted: 0,
    duplicates: 0,
    lossPercent: 0,
    successPercent: 0,
    bytesReceived: 0,
    prefixBytes: 0,
    rate: 0,
    averageRate: 0,
    seconds: 0,
    lanes: 0,
  };
}
