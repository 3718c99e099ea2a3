import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { congestionControls, KernelFlow, kernelFlowMissing } from './kernel-flow.ts';
import { Link } from './relay.ts';

/** Two programs start, and two megabytes take two seconds at least. */
const WAIT = { timeout: 30_000, interval: 100 };

describe.skipIf(kernelFlowMissing() !== undefined)(
  'a TCP flow of the kernel [needs root, Linux, TUN devices and socat]',
  () => {
    let link: Link;
    beforeAll(async () => {
      link = await Link.start({ rateMbit: 8, queueMs: 50, delayMs: 5 });
    });
    afterAll(() => link.close());

    test(
      "crosses the relay's link, fills its queue and no more than its rate",
      { timeout: 60_000 },
      async () => {
        const [congestion] = congestionControls();
        const flow = await KernelFlow.open(link, congestion ?? 'cubic');
        try {
          const before = await flow.received();
          await vi.waitFor(async () => {
            expect((await flow.received()).bytes).toBeGreaterThan(before.bytes + 2_000_000);
          }, WAIT);
          const after = await flow.received();
          const { toReceiver } = await link.stats();
          expect(((after.bytes - before.bytes) * 8) / (after.at - before.at)).toBeLessThan(8000);
          expect(toReceiver.queueMaxMs).toBeGreaterThan(20);
        } finally {
          flow.close();
        }
      },
    );
  },
);
