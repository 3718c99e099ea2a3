/** People who pair at a steady pace, whatever the server does meanwhile, and how long each pairing took. */
import { randomBytes } from 'node:crypto';
import type { SignalingSocket } from '../../lib/session/connection/signaling-socket.ts';
import type { OpenAck } from '../../signaling/wire/messages.ts';
import { asked, connected, HELLO_BYTES, person, SEALED_BYTES, type PeopleOptions } from './people.ts';

/** A person has given up by then. */
const PATIENCE_MS = 10_000;

export interface HonestJoins {
  /** Milliseconds from the receiver's connecting to `paired`, of those that paired. */
  joins: number[];
  /** From the sender's connecting to the last message of the key exchange at the receiver. */
  handshakes: number[];
  /** By reason. */
  failed: Record<string, number>;
  /** Rooms that a stranger joined first, by trying codes. */
  guessed: number;
}

export function honestJoins(options: PeopleOptions & { perSecond: number }) {
  let found: HonestJoins = { joins: [], handshakes: [], failed: {}, guessed: 0 };
  const open = new Set<Promise<void>>();
  let next = 0;
  // By the clock, so that a late start of one does not thin out what follows.
  let due = 0;
  let lookedAt = performance.now();
  let paused = false;
  setInterval(() => {
    const at = performance.now();
    if (!paused) due += ((at - lookedAt) / 1000) * options.perSecond;
    lookedAt = at;
    while (next < due) {
      const into = found;
      const one = pairUp(next++, options).then(
        ({ join, handshake }) => {
          into.joins.push(join);
          into.handshakes.push(handshake);
        },
        (error: Error) => {
          if (error.message === GUESSED) into.guessed += 1;
          else into.failed[error.message] = (into.failed[error.message] ?? 0) + 1;
        },
      );
      open.add(one);
      void one.finally(() => open.delete(one));
    }
  }, 5);
  return {
    /** What was found since the last call; those that began since then are waited for. */
    take: async () => {
      const taken = found;
      found = { joins: [], handshakes: [], failed: {}, guessed: 0 };
      await Promise.all(open);
      return taken;
    },
    pause: () => void (paused = true),
    resume: () => void (paused = false),
  };
}

const GUESSED = 'guessed';

/**
 * A room, a join and five messages, which is what a page's key exchange says. Both leave behind it.
 *
 * @param n whose address they call from
 * @throws (rejects) with the server's reason, or `slow`
 */
export async function pairUp(
  n: number,
  options: PeopleOptions,
): Promise<{ join: number; handshake: number }> {
  const began = performance.now();
  const sender = person(2 * n, options);
  const sockets: SignalingSocket[] = [sender];
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('slow')), PATIENCE_MS);
  });
  const work = async () => {
    await connected(sender);
    const { slot } = asked<OpenAck>(await sender.emitWithAck('open', {}));
    const hello = randomBytes(HELLO_BYTES);
    const greeted = new Promise<void>((resolve, reject) => {
      sender.once('message', (bytes) =>
        hello.equals(Buffer.from(bytes)) ? resolve() : reject(new Error(GUESSED)),
      );
      sender.once('peer-left', () => reject(new Error(GUESSED)));
    });
    greeted.catch(() => undefined);
    const joined = performance.now();
    const receiver = person(2 * n + 1, options);
    sockets.push(receiver);
    await connected(receiver);
    const paired = new Promise((resolve) => receiver.once('paired', resolve));
    const answer = await receiver.emitWithAck('join', { slot, hello });
    // Whoever took it first is known at the sender's.
    if ('error' in answer && answer.error === 'code-unknown') await Promise.race([greeted, settled(100)]);
    asked(answer);
    await Promise.race([paired, greeted.then(() => paired)]);
    const join = performance.now() - joined;
    await greeted;
    for (const [from, to] of [
      [sender, receiver],
      [receiver, sender],
      [sender, receiver],
      [receiver, sender],
      [sender, receiver],
    ] as const) {
      const arrived = new Promise((resolve) => to.once('message', resolve));
      from.emit('relay', randomBytes(SEALED_BYTES), () => {});
      await arrived;
    }
    return { join, handshake: performance.now() - began };
  };
  try {
    return await Promise.race([work(), patience]);
  } finally {
    clearTimeout(timer);
    for (const socket of sockets) socket.disconnect();
  }
}

const settled = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
