/** From pressing "join" to connected: the key exchange, its confirmation, and the first connection. */
import type { Bench } from '../bench.ts';
import { DelayedProxy } from '../delayed-proxy.ts';
import { reachText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

const ONE_WAY_MS = 50;
const LOSSES = [0, 0.05];
/** Seconds, at 100 ms without loss. */
const REACH = 1.5;

export async function join(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const stage = await bench.stage();
  const proxy = await DelayedProxy.start(stage.server.port, ONE_WAY_MS);
  const measured = LOSSES.map((loss) => ({ loss, seconds: [] as number[] }));
  try {
    for (let run = 0; run < args.runs; run++) {
      for (const { loss, seconds } of measured) {
        await stage.link.configure({ rateMbit: 50, delayMs: ONE_WAY_MS, loss, seed: run + 1 });
        seconds.push(await measure(bench, `http://localhost:${proxy.port}`));
        say(`${run + 1}/${args.runs}, ${100 * loss} %: ${seconds.at(-1)!.toFixed(2)} s`);
      }
    }
  } finally {
    await proxy.close();
  }
  return {
    name: 'join',
    title: 'From join to connected at 100 ms',
    notes: [
      'From the press of "join" to the receiver\'s page showing "connected", sealed and confirmed; both pages open, the code typed at ten letters a second. The signaling server is a round trip of 100 ms away from both (a TCP proxy that delays, handshake included; its connections lose nothing), and so are the browsers from each other (the relay, with loss in both directions).',
    ],
    tables: [
      {
        caption: `Medians [smallest–largest] of ${args.runs} sessions`,
        header: ['loss between the browsers', 'seconds', 'reach'],
        rows: measured.map(({ loss, seconds }) => {
          const spread = spreadOf(seconds);
          return [`${100 * loss} %`, spreadText(spread), loss === 0 ? reachText(spread?.median, REACH) : ''];
        }),
      },
    ],
    charts: [],
    data: measured,
  };
}

async function measure(bench: Bench, origin: string): Promise<number> {
  const { session } = await TesseraSession.prepare(await bench.stage(), { origin });
  try {
    const times = session.receiver.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let pressed: number | undefined;
          document.addEventListener(
            'click',
            (event) => {
              if ((event.target as Element).closest('[data-testid=join-room]')) pressed = event.timeStamp;
            },
            { capture: true },
          );
          new MutationObserver(() => {
            const line = document.querySelector('[data-testid=connection]');
            if (pressed !== undefined && line?.getAttribute('data-state') === 'connected')
              resolve(performance.now() - pressed);
          }).observe(document.body, { subtree: true, childList: true, attributes: true });
        }),
    );
    // A join that fails shows in the next line.
    times.catch(() => undefined);
    await session.join();
    return (await times) / 1000;
  } finally {
    await session.close();
  }
}
