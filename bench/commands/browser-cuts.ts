/** Transfers between two browsers that are cut at random points, by seed; each run adds to the record. */
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { recorded } from '../write-result.ts';
import type { Stage } from '../stage.ts';
import { TesseraSession } from '../tessera/session.ts';
import {
  BROWSER_CUTS,
  browserRound,
  KEEP_CONNECTIONS,
  type BrowserRound,
} from '../../testbed/soak/browser-soak.ts';
import { percentile } from '../../testbed/load/people.ts';

const NAME = 'browser-cuts';
/** A run ends after that, however many rounds it has had. */
const RUN_MS = 4 * 60_000;
const QUICK_MS = 60_000;

export async function browserCuts(bench: Bench): Promise<Result> {
  const { quick, case: first, count = Infinity, out } = bench.args;
  const before = first === undefined && !quick ? recorded<BrowserRound>(out, NAME) : [];
  const from = first === undefined ? 1 + Math.max(0, ...before.map(({ seed }) => seed)) : Number(first);
  const rounds = [...before];
  const began = performance.now();
  const stage = await bench.stage();
  let session: TesseraSession | undefined;
  for (let seed = from; seed < from + count; seed++) {
    if (performance.now() - began > (quick ? QUICK_MS : RUN_MS)) break;
    session ??= await open(stage);
    const { sender, receiver } = session;
    const parts = { sender, receiver, link: stage.link, server: stage.server };
    const round = await browserRound(parts, seed).catch((error: unknown): BrowserRound => {
      const [what] = String(error).split('\n');
      return { seed, bytes: 0, cuts: [], end: '', seconds: 0, faults: [`not judged: ${what}`] };
    });
    rounds.push(round);
    const fault = round.faults.length > 0 ? `, AT FAULT: ${round.faults.join('; ')}` : '';
    bench.say(
      `seed ${seed}: ${round.cuts.length} cuts, ${round.end || 'no end'} after ${round.seconds.toFixed(0)} s${fault}`,
    );
    if (round.end === 'done' && round.faults.length === 0) continue;
    // The next one does not suffer from what this one has met.
    await session.close();
    session = undefined;
  }
  await session?.close();
  return report(bench, rounds);
}

async function open(stage: Stage): Promise<TesseraSession> {
  await stage.link.configure({});
  const scripts = { sender: KEEP_CONNECTIONS, receiver: KEEP_CONNECTIONS };
  return TesseraSession.open(stage, { scripts });
}

function report(bench: Bench, rounds: readonly BrowserRound[]): Result {
  const cuts = rounds.flatMap((round) => round.cuts);
  const ends = [...new Set(rounds.map(({ end }) => end))];
  const waits = rounds.map(({ seconds }) => seconds);
  const wait = (share: number): string => (percentile(waits, share) ?? 0).toFixed(1);
  const faulty = rounds.filter(({ faults }) => faults.length > 0);
  for (const { seed, faults } of faulty) bench.problems.push(`Seed ${seed}: ${faults.join('; ')}.`);
  return {
    name: NAME,
    title: 'Cuts between two real browsers',
    notes: [
      `Two Chromiums and a server over the relay, ${rounds.length} transfers of 0.5 to 2.5 MB at 2 to 6 Mbit/s, half of them with up to 5 % of loss, ${cuts.length} cuts at random points of them, by seed; some fall into the recovery from the one before. A cut counts only while its transfer is not over. What lasts, lasts 0.2 to 2.5 s; a reloaded sender is given the same file again when it asks for it.`,
      `Each ends in one of two ways: it is done, and the file that the receiver’s page saves has the bytes that the sender picked; or it has ended with a name within 30 s of its last cut, and what arrived is kept. Anything else is a fault.`,
      `Several runs make this record. Replay: \`npm run bench -- ${NAME} --case SEED --count 2 --out FOLDER\`; the times of a browser are its own, so that a replay does the same to it, and does not meet it at the same byte.`,
    ],
    tables: [
      {
        caption: 'What was done',
        header: ['cut', 'times'],
        rows: BROWSER_CUTS.map((kind) => [kind, String(cuts.filter((one) => one.kind === kind).length)]),
      },
      {
        caption: 'What came of it',
        header: ['end', 'transfers'],
        rows: ends.map((end) => [end || 'none', String(rounds.filter((one) => one.end === end).length)]),
      },
      {
        caption: 'In sum',
        header: [
          'transfers',
          'cuts',
          'at fault',
          'other bytes saved',
          'seconds from the last cut to the end: median',
          'p95',
          'most',
        ],
        rows: [
          [
            String(rounds.length),
            String(cuts.length),
            String(faulty.length),
            String(rounds.filter(({ faults }) => faults.some((one) => one.startsWith('other bytes'))).length),
            wait(0.5),
            wait(0.95),
            wait(1),
          ],
        ],
      },
    ],
    untimed: true,
    charts: [],
    data: rounds,
  };
}
