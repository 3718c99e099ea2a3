/** Waits until a report of figures is final. */
import { expect } from '@playwright/test';
import type { Figures } from '../../lib/session/model.ts';

/**
 * Late packets count for a second and a half (P-48), and the last word crosses the control channel, which
 * waits longer and longer after each loss: a report is read until it says the same for longer than that.
 */
export async function settled<T extends { figures: Figures }>(read: () => Promise<T>): Promise<T> {
  let before = '';
  let report = await read();
  await expect
    .poll(
      async () => {
        report = await read();
        const { packetsSent, packetsReceived, packetsLost } = report.figures;
        const now = [packetsSent, packetsReceived, packetsLost].join(' ');
        const same = now === before && packetsSent === packetsReceived + packetsLost;
        before = now;
        return same;
      },
      { intervals: [2500], timeout: 45_000 },
    )
    .toBe(true);
  return report;
}
