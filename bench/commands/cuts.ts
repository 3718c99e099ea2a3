/** Sessions to which everything happens, seeded and on a virtual clock: nothing may be lost or mixed. */
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { ENDS, soakRun, TROUBLES, type SoakRun } from '../../testbed/soak/soak.ts';

/** Sessions; with six troubles each, six thousand. */
const SESSIONS = 1000;
const TROUBLES_EACH = 6;

export async function cuts(bench: Bench): Promise<Result> {
  const { quick, runs, case: first, count } = bench.args;
  // One that failed is replayed by its seed: `--case SEED --count 2` runs it and the next.
  const from = first === undefined ? 1 : Number(first);
  const sessions = count ?? (quick ? SESSIONS / 20 : SESSIONS);
  const done: SoakRun[] = [];
  for (let seed = from; seed < from + sessions; seed++) {
    const run = await soakRun(seed, TROUBLES_EACH * Math.max(1, Math.floor(runs / 5)));
    done.push(run);
    for (const fault of run.faults) bench.problems.push(`seed ${seed}: ${fault}`);
    if (done.length % 50 === 0) bench.say(`${done.length} of ${sessions} sessions`);
  }
  const sum = (of: (run: SoakRun) => number): number => done.reduce((all, run) => all + of(run), 0);
  const troubles = done.flatMap((run) => run.troubles);
  return {
    name: 'cuts',
    title: 'Cuts, reloads, frozen browsers, full disks',
    notes: [
      `Sessions ${from} to ${from + sessions - 1} by seed, ${sum(({ pictures }) => pictures)} pictures of up to 500 KB, ${troubles.length} troubles at random points, ${(sum(({ seconds }) => seconds) / 3600).toFixed(1)} virtual hours. Both engines of a session with their storage, as in a page’s workers, over links of 0 to 20 % loss; the pages’ decisions as in lib/session/page. Browsers take no part; their own cuts are in e2e/returns.spec.ts, e2e/app-interruptions.spec.ts and e2e/sleep.spec.ts.`,
      `A picture that ends with a name that needs a person (the disk was full) is sent again once the trouble is over. A session is at fault if any picture is handed over with other bytes, is called done and is not there, ends without a name, or has not ended within ten minutes of a good network.`,
      `After its troubles a session ends in one of ${ENDS.length} ways: the network is good again; it stays away for longer than the sides look for each other (60 s), and is continued, or what arrived is discarded; the sender says goodbye. Half a virtual minute later everything on both pages has ended with a name, the part that is kept of each is the beginning of its picture, and of what was discarded nothing is stored; anything else is a fault. Then it goes on with a good network.`,
      `Replay: \`npm run soak -- --case SEED --count 2\`.`,
    ],
    tables: [
      {
        caption: 'What happened',
        header: ['trouble', 'times'],
        rows: TROUBLES.map((kind) => [kind, String(troubles.filter((one) => one === kind).length)]),
      },
      {
        caption: 'Last chances',
        header: ['end', 'sessions', 'parts kept and read'],
        rows: ENDS.map((end) => {
          const some = done.filter((run) => run.end === end);
          return [end, String(some.length), String(some.reduce((all, { parts }) => all + parts, 0))];
        }),
      },
      {
        caption: 'What came of it',
        header: ['sessions', 'pictures', 'troubles', 'sent again by a person', 'sessions at fault'],
        rows: [
          [
            String(done.length),
            String(sum(({ pictures }) => pictures)),
            String(troubles.length),
            String(sum(({ sentAgain }) => sentAgain)),
            String(done.filter(({ faults }) => faults.length > 0).length),
          ],
        ],
      },
    ],
    charts: [],
    data: done,
  };
}
