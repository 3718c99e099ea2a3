/** `job-process.ts NAME OPTIONS`: runs one job and answers its methods by their names. */
import { bareServer } from './bare-server.ts';
import { flood } from './flood.ts';
import { honestJoins } from './honest-joins.ts';
import { idleSockets } from './idle-sockets.ts';
import { joinLoad } from './join-load.ts';
import { presentPages } from './present-pages.ts';
import { relayLoad } from './relay-load.ts';

export const jobs = { bareServer, flood, honestJoins, idleSockets, joinLoad, presentPages, relayLoad };

const [name = '', options = '{}'] = process.argv.slice(2);
const start = (jobs as Record<string, ((options: unknown) => unknown) | undefined>)[name];
if (!start) throw new Error(`no job is called ${name}`);
const methods = (await start(JSON.parse(options))) as Record<string, () => unknown>;
process.on('message', (method: string) => {
  void Promise.resolve(methods[method]?.()).then((answer) => process.send?.(answer ?? null));
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
process.send?.('ready');
