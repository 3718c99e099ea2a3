/** People who pair for a long time, and what the server still holds meanwhile and afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLivingServer } from '../living-server.ts';
import { megabytesNow } from '../processes.ts';
import { Inspected, type Inside } from './inspected.ts';
import { Job } from './job.ts';

export interface SoakSample extends Inside {
  minutes: number;
  residentMegabytes: number;
  pairings: number;
  failed: number;
  /** Levels that the server reports itself. */
  sockets: number;
  rooms: number;
  pairs: number;
}

export interface SoakTimes {
  perSecond: number;
  /** Seconds between two looks. */
  every: number;
  seconds: number;
}

/** @param seen called with each sample; nobody is there then */
export async function soak(
  times: SoakTimes,
  metricsPort: number,
  seen: (sample: SoakSample) => void = () => {},
): Promise<SoakSample[]> {
  const server = await startLivingServer({
    settings: { NODE_OPTIONS: '--inspect=127.0.0.1:0', METRICS_LISTEN: `127.0.0.1:${metricsPort}` },
  });
  const samples: SoakSample[] = [];
  let pairings = 0;
  let failed = 0;
  const began = performance.now();
  let honest: Job<'honestJoins'> | undefined;
  let inspected: Inspected | undefined;
  try {
    inspected = await Inspected.connect(server.output());
    const look = async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const level = (name: string) => Number(new RegExp(`^tessera_${name} (\\S+)$`, 'm').exec(text)?.[1]);
      const sample: SoakSample = {
        minutes: (performance.now() - began) / 60_000,
        ...(await inspected!.look()),
        residentMegabytes: megabytesNow(server.pid) ?? NaN,
        pairings,
        failed,
        sockets: level('sockets'),
        rooms: level('rooms'),
        pairs: level('pairs'),
      };
      samples.push(sample);
      seen(sample);
    };
    honest = await Job.start('honestJoins', { port: server.port, perSecond: times.perSecond });
    // A look stops the server for as long as it takes, so it must be empty.
    const lookAlone = async () => {
      await honest!.call('pause');
      const { joins, failed: reasons } = await honest!.call('take');
      pairings += joins.length;
      failed += Object.values(reasons).reduce((sum, one) => sum + one, 0);
      // The last ones' connections are gone.
      await sleep(1500);
      await look();
      await honest!.call('resume');
    };
    // What is made once is made, and compiled.
    await sleep(3000);
    await lookAlone();
    const ends = performance.now() + 1000 * times.seconds;
    while (performance.now() < ends) {
      await sleep(1000 * times.every);
      await lookAlone();
    }
    return samples;
  } finally {
    inspected?.close();
    honest?.end();
    server.stop();
  }
}
