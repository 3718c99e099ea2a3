import type { Bench } from './bench.ts';
import { album } from './commands/album.ts';
import { appear } from './commands/appear.ts';
import { bare } from './commands/bare.ts';
import { browserCuts } from './commands/browser-cuts.ts';
import { cases } from './commands/cases.ts';
import { chaos } from './commands/chaos.ts';
import { cpu } from './commands/cpu.ts';
import { cuts } from './commands/cuts.ts';
import { direct } from './commands/direct.ts';
import { floods } from './commands/floods.ts';
import { join } from './commands/join.ts';
import { lanes } from './commands/lanes.ts';
import { load } from './commands/load.ts';
import { memory } from './commands/memory.ts';
import { nodes } from './commands/nodes.ts';
import { networks } from './commands/networks.ts';
import { paths } from './commands/paths.ts';
import { people } from './commands/people.ts';
import { presence } from './commands/presence.ts';
import { quality } from './commands/quality.ts';
import { share } from './commands/share.ts';
import { soak } from './commands/soak.ts';
import { spots } from './commands/spots.ts';
import { sweep } from './commands/sweep.ts';
import { tenth } from './commands/tenth.ts';
import { loss, sizes } from './commands/variations.ts';
import type { Result } from './result.ts';

export interface Command {
  about: string;
  run(bench: Bench): Promise<Result>;
}

/** What follows `npm run bench --`. Another measurement is a file in `commands/` and a line here. */
export const commands: Readonly<Record<string, Command>> = {
  cases: { about: 'every case of the table of targets, beside plain data channels (default)', run: cases },
  direct: { about: 'a large file with nothing between the browsers, beside reliable channels', run: direct },
  cpu: { about: 'CPU seconds and peak memory of each side', run: cpu },
  sizes: { about: 'time against file size, 200 KB to 200 MB', run: sizes },
  loss: { about: 'time against loss', run: loss },
  bare: { about: 'what bare lanes and an ideal code need here, beside Tessera', run: bare },
  lanes: { about: 'goodput against the number of lanes', run: lanes },
  networks: {
    about: 'two homes behind routers: what connects, how soon, and what is said where nothing does',
    run: networks,
  },
  share: { about: 'a picture beside one TCP flow of the kernel in the same queue; needs root', run: share },
  people: { about: 'eight receivers in one room beside one, and seven beside a far one', run: people },
  join: { about: 'from join to connected', run: join },
  tenth: { about: 'the tenth picture of a session against the second', run: tenth },
  album: { about: 'an album of 200 photographs: memory of the pages, gaps between pictures', run: album },
  memory: { about: 'growth of the pages: a gigabyte, a slow path, 2,000 small files, an album', run: memory },
  appear: { about: 'from accepting to the first picture on the screen', run: appear },
  quality: { about: 'how good a picture looks while it arrives, beside a reliable channel', run: quality },
  paths: { about: 'kind and unkind paths, simulated: time over limit, own drops, shares', run: paths },
  spots: { about: 'some of these paths in browsers, at rates that two cores carry', run: spots },
  load: {
    about: 'what a node of the server carries, beside a bare Socket.IO server; needs no browser',
    run: load,
  },
  nodes: {
    about: 'what one node and three over Redis carry, and what it costs them; needs no browser',
    run: nodes,
  },
  presence: {
    about: 'what 1,000 pairs of remembered devices cost the server while they wait; needs no browser',
    run: presence,
  },
  floods: { about: 'one address floods the server while people pair; needs no browser', run: floods },
  chaos: {
    about: 'people pair at three nodes while one is killed, one drained and Redis frozen; needs no browser',
    run: chaos,
  },
  soak: { about: 'what the server keeps of half an hour of pairings; needs no browser', run: soak },
  'browser-cuts': {
    about: 'two browsers whose transfers are cut at random points; each run adds to the record',
    run: browserCuts,
  },
  cuts: {
    about: 'sessions that are cut, reloaded, frozen and short of room, by seed; needs no browser',
    run: cuts,
  },
  sweep: { about: 'thousands of simulated paths; needs no browser', run: sweep },
};
