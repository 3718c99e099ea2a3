/**
 * Pairings at several nodes while one of them is killed, one is drained and Redis is frozen. Beside them
 * rivals, who join one room at all nodes at the same moment.
 */
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '../../signaling/wire/messages.ts';
import { startCluster, type Cluster } from '../cluster.ts';
import { pair, type Pairing } from './two-people.ts';

const NODES = 3;
const RIVALS = 6;

export interface Chaos {
  pairings: Pairing[];
  /** How many guests each contested room let in. */
  letIn: number[];
  /** Used codes that were accepted once more. */
  acceptedAgain: number;
  /**
   * Keys of rooms, places and slots two seconds after everybody has left, and in how many seconds the time of
   * the last one is over.
   */
  left: { keys: number; untilSeconds: number };
  /** Such keys, and entries of the lists of rooms and of nodes' sockets, once that time is over. */
  leaked: number;
  /** Keys that would stay for ever. */
  immortal: string[];
  /** What happened when, in seconds. */
  events: { at: number; what: string }[];
}

export interface ChaosOptions {
  pairings: number;
  /** How many begin in a second. */
  rate: number;
  frozenSeconds: number;
  /** Waits until the time of the last key is over: eleven minutes at most, and none where no key is left. */
  outlast: boolean;
  say: (text: string) => void;
}

export async function runChaos(options: ChaosOptions): Promise<Chaos> {
  const { pairings, rate, frozenSeconds, outlast, say } = options;
  const cluster = await startCluster(NODES);
  const [killed, drained] = cluster.nodes;
  const began = performance.now();
  const events: Chaos['events'] = [];
  const note = (what: string) => {
    const at = (performance.now() - began) / 1000;
    events.push({ at, what });
    say(what);
  };
  try {
    const seconds = pairings / rate;
    const faults = [
      after(0.2 * seconds, async () => {
        note('a node is killed (SIGKILL)');
        killed?.stop();
      }),
      after(0.45 * seconds, async () => {
        note('a node is drained (SIGTERM)');
        if (drained) process.kill(drained.pid, 'SIGTERM');
      }),
      after(0.7 * seconds, async () => {
        note(`Redis is frozen for ${frozenSeconds} s`);
        cluster.redis.freeze();
        await new Promise((resolve) => setTimeout(resolve, frozenSeconds * 1000));
        cluster.redis.thaw();
        note('Redis answers again');
      }),
    ];
    const running: Promise<Pairing>[] = [];
    const contested: Promise<number | undefined>[] = [];
    for (let i = 0; i < pairings; i++) {
      running.push(pair(cluster.origin));
      if (i % Math.ceil(rate) === 0) contested.push(contest(cluster.origin));
      const due = began + ((i + 1) * 1000) / rate;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    const results = await Promise.all(running);
    const letIn = (await Promise.all(contested)).filter((count) => count !== undefined);
    await Promise.all(faults);
    note('all pairings are over');
    const acceptedAgain = await tryAgain(cluster.origin, results);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { left, immortal } = await leftIn(cluster);
    if (outlast && left.keys > 0) {
      say(`${left.keys} keys are left; waiting ${left.untilSeconds} s until their time is over`);
      await new Promise((resolve) => setTimeout(resolve, (left.untilSeconds + 2) * 1000));
    }
    const leaked = (await leftIn(cluster)).left.keys + (await listedIn(cluster));
    return { pairings: results, letIn, acceptedAgain, left, leaked, immortal, events };
  } finally {
    await cluster.stop();
  }
}

const after = (seconds: number, act: () => Promise<void>) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000)).then(act);

type RawSocket = Socket<ServerToClient, ClientToServer>;

async function raw(server: string): Promise<RawSocket> {
  const socket: RawSocket = io(server, { transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve) => socket.on('connect', resolve));
  return socket;
}

/** One room, and guests at all nodes who join it at once. `undefined`: there was no room to be had. */
async function contest(server: string): Promise<number | undefined> {
  const sockets = await Promise.all(Array.from({ length: RIVALS + 1 }, () => raw(server)));
  const [sender, ...guests] = sockets as [RawSocket, ...RawSocket[]];
  try {
    const room = await sender.timeout(5000).emitWithAck('open', {});
    if ('error' in room) return undefined;
    const answers = await Promise.all(
      guests.map((guest) =>
        guest
          .timeout(20_000)
          .emitWithAck('join', { slot: room.slot })
          .catch(() => ({ error: 'lost' })),
      ),
    );
    return answers.filter((answer) => !('error' in answer)).length;
  } catch {
    return undefined;
  } finally {
    for (const socket of sockets) socket.disconnect();
  }
}

/** How many of the codes that were used are accepted once more. */
async function tryAgain(server: string, pairings: readonly Pairing[]): Promise<number> {
  let accepted = 0;
  for (const { code, milliseconds } of pairings) {
    // A pair that has given up may not have used its last one.
    if (code === undefined || milliseconds === undefined) continue;
    // Wrong codes are counted by address: another connection is another one.
    const socket = await raw(server);
    const answer = await socket.emitWithAck('join', { slot: code.split('-')[0] ?? '' });
    if (!('error' in answer)) accepted += 1;
    socket.disconnect();
  }
  return accepted;
}

/** Keys of rooms and of those in them; and any without a time to live. */
async function leftIn({ redis }: Cluster): Promise<Pick<Chaos, 'left' | 'immortal'>> {
  const keys = (await redis.command('KEYS', 'tessera:*'))
    .split('\r\n')
    .filter((line) => line.startsWith('tessera:'));
  const immortal: string[] = [];
  let [count, longest] = [0, 0];
  for (const key of keys) {
    const milliseconds = Number((await redis.command('PTTL', key)).slice(1));
    if (milliseconds === -1) immortal.push(key);
    if (!/^tessera:(?:room|rejoin|place|slot):/.test(key)) continue;
    count += 1;
    longest = Math.max(longest, milliseconds);
  }
  return { left: { keys: count, untilSeconds: Math.ceil(longest / 1000) }, immortal };
}

/** Entries of what lists rooms and the sockets in them. */
async function listedIn({ redis }: Cluster): Promise<number> {
  let sum = 0;
  for (const phase of ['rooms', 'pairs', 'waits'])
    sum += Number((await redis.command('ZCARD', `tessera:due:${phase}`)).slice(1));
  const sockets = (await redis.command('KEYS', 'tessera:sockets:*')).split('\r\n');
  return sum + sockets.filter((line) => line.startsWith('tessera:')).length;
}
