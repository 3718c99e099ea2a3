/**
 * Two people who want to pair, as the pages act for them: the real connector at both sides, with everything
 * between them but WebRTC. When a page says that it failed, its person does what the sentence says.
 */
import { Connector } from '../../lib/session/connection/connector.ts';
import type { ProblemCode, Role } from '../../lib/session/model.ts';
import { MemoryNetwork } from '../../lib/transport/memory.ts';

/** How long a person takes to read the sentence and press the button. */
const READING_MS = 500;
/** After this the two have given up. */
const GIVEN_UP_MS = 60_000;

/** What a page says when the same code may be tried once more. */
const TRY_AGAIN: readonly ProblemCode[] = ['server-busy', 'server-away'];

interface Problem {
  /** Seconds. */
  at: number;
  what: string;
}

export interface Pairing {
  /** From the first "open" until both are connected, ms; `undefined`: they gave up. */
  milliseconds: number | undefined;
  /** Codes that were needed. */
  codes: number;
  /** What either page said on the way. */
  problems: Problem[];
  /** The last code. */
  code: string | undefined;
}

export function pair(server: string): Promise<Pairing> {
  const began = performance.now();
  const network = new MemoryNetwork();
  const problems: Problem[] = [];
  return new Promise((resolve) => {
    let codes = 0;
    /** The code that was handed on last. */
    let code: string | undefined;
    /** The sentence that each person is reading, or has read. */
    const reading: Record<Role, 'nothing' | 'reading' | 'read'> = { sender: 'nothing', receiver: 'nothing' };
    let over = false;
    const end = (milliseconds: number | undefined) => {
      over = true;
      clearTimeout(timer);
      sender.leave();
      receiver.leave();
      resolve({ milliseconds, codes, problems, code });
    };
    /** Reads what the page says, then does something about it, once. */
    const react = (role: Role, side: Connector, act: (code: ProblemCode) => void) => {
      const { connection, problem } = side.view;
      if (connection !== 'failed') reading[role] = 'nothing';
      if (connection !== 'failed' || reading[role] !== 'nothing' || problem === undefined) return;
      reading[role] = 'reading';
      problems.push({ at: (performance.now() - began) / 1000, what: `${role}: ${problem.code}` });
      setTimeout(() => {
        reading[role] = 'read';
        if (!over) act(problem.code);
        look();
      }, READING_MS);
    };
    const look = () => {
      if (over) return;
      if (sender.view.connection === 'connected' && receiver.view.connection === 'connected') {
        end(performance.now() - began);
        return;
      }
      react('sender', sender, () => sender.open());
      react('receiver', receiver, (problem) => {
        const waits = sender.view.connection === 'waiting';
        const shown = waits ? sender.view.room?.code : undefined;
        if (shown !== undefined && shown === code && TRY_AGAIN.includes(problem)) receiver.join(code);
        // "Ask the sender for a new one", who has none yet and is not making one.
        else if (shown === code || !(waits || sender.view.connection === 'failed')) sender.open();
      });
      const shown = sender.view.connection === 'waiting' ? sender.view.room?.code : undefined;
      if (shown === undefined || shown === code || reading.receiver === 'reading') return;
      code = shown;
      codes += 1;
      receiver.join(code);
    };
    const side = (role: Role) =>
      new Connector({
        role,
        server,
        relayOnly: false,
        createTransport: network.createTransport,
        events: {
          changed: () => queueMicrotask(look),
          met: () => {},
          connected: () => {},
          disconnected: () => {},
          lost: () => {},
          laneOpen: () => {},
          laneClosed: () => {},
          packet: () => {},
          backlog: () => {},
        },
      });
    const sender = side('sender');
    const receiver = side('receiver');
    const timer = setTimeout(() => end(undefined), GIVEN_UP_MS);
    sender.open();
  });
}
