/** Which networks two people may be in, what Tessera makes of each, and how long that takes. */
import type { ProblemCode } from '../../lib/session/model.ts';
import { SYSTEM_CHROMIUM } from '../link/browsers.ts';
import { visitWithChromium } from '../visitors/chromium.ts';
import { Person } from '../visitors/person.ts';
import { Homes, ORDINARY_HOME, SIDES, type Home, type Side } from './homes.ts';
import { startServer, type Turn } from './services.ts';

/** How a page says it went: over which path, or with which problem. */
export type End = 'direct' | 'relayed' | ProblemCode;

export interface NetworkCase {
  name: string;
  a: Partial<Home>;
  b: Partial<Home>;
  /** Default: on, as without any setting. */
  stun?: boolean;
  /** Default: none, as without any setting. */
  turn?: Turn;
  /** On the page of the sender (home a) and of the receiver (home b). */
  ends: Readonly<Record<Side, End>>;
  /** Takes part in every run of the tests; the others in the long one. */
  always: boolean;
}

const strict = { ports: 'random' } as const;
const ipv6 = { family: 'ipv6' } as const;
const both = (end: End) => ({ a: end, b: end });

export const CASES: readonly NetworkCase[] = [
  { name: 'two home routers, default settings', a: {}, b: {}, ends: both('direct'), always: true },
  {
    name: 'IPv6 only on both sides, default settings',
    a: ipv6,
    b: ipv6,
    ends: both('direct'),
    always: false,
  },
  {
    name: 'two strict routers, TURN over UDP',
    a: strict,
    b: strict,
    turn: 'udp',
    ends: both('relayed'),
    always: true,
  },
  {
    name: 'one strict router, TURN over UDP',
    a: strict,
    b: {},
    turn: 'udp',
    ends: both('relayed'),
    always: false,
  },
  {
    name: 'IPv6 only on one side, IPv4 only on the other, TURN',
    a: ipv6,
    b: {},
    turn: 'udp',
    ends: both('relayed'),
    always: false,
  },
  {
    name: 'UDP blocked on one side, TURN over TCP',
    a: {},
    b: { outward: 'udp-blocked' },
    turn: 'tcp',
    ends: both('relayed'),
    always: false,
  },
  {
    name: 'UDP blocked on both sides, TURN over TCP',
    a: { outward: 'udp-blocked' },
    b: { outward: 'udp-blocked' },
    turn: 'tcp',
    ends: both('relayed'),
    always: false,
  },
  {
    name: 'only port 443 open on one side, TURN over TLS on 443',
    a: {},
    b: { outward: 'web-only' },
    turn: 'tls-443',
    ends: both('relayed'),
    always: true,
  },
  { name: 'two strict routers, no TURN', a: strict, b: strict, ends: both('strict-networks'), always: true },
  {
    name: 'UDP blocked at the receiver, no TURN',
    a: {},
    b: { outward: 'udp-blocked' },
    ends: { a: 'udp-blocked-there', b: 'udp-blocked-here' },
    always: true,
  },
  {
    name: 'UDP blocked at the sender, TURN over UDP only',
    a: { outward: 'udp-blocked' },
    b: {},
    turn: 'udp',
    ends: { a: 'udp-blocked-here', b: 'udp-blocked-there' },
    always: false,
  },
  {
    name: 'two strict routers, TURN named but away',
    a: strict,
    b: strict,
    turn: 'away',
    ends: both('relay-away'),
    always: false,
  },
  { name: 'two home routers, STUN=off', a: {}, b: {}, stun: false, ends: both('no-helpers'), always: false },
];

export interface Visit {
  homes: Homes;
  people: Readonly<Record<Side, Person>>;
  /** From pressing "join" until both pages had reached an end. */
  seconds: number;
  ends: Record<Side, End>;
}

/**
 * Builds the networks, and lets two people meet in them. `then` sees both pages before everything is taken
 * down.
 */
export async function visit(
  { a, b, stun = true, turn = 'none' }: Pick<NetworkCase, 'a' | 'b' | 'stun' | 'turn'>,
  then: (visit: Visit) => Promise<void> = async () => {},
): Promise<Visit> {
  const homes = new Homes({ a: { ...ORDINARY_HOME, ...a }, b: { ...ORDINARY_HOME, ...b } });
  try {
    await startServer(homes.namespaces, { stun, turn });
    const [sender, receiver] = (await Promise.all(SIDES.map((side) => enter(homes, side)))) as [
      Person,
      Person,
    ];
    const people = { a: sender, b: receiver };
    try {
      const code = await sender.openRoom(homes.origin('a'));
      await receiver.join(homes.origin('b'), code);
      const began = performance.now();
      await Promise.all([sender, receiver].map((person) => person.reaches('connected', 'failed')));
      const seconds = (performance.now() - began) / 1000;
      const met: Visit = {
        homes,
        people,
        seconds,
        ends: { a: await endOf(sender), b: await endOf(receiver) },
      };
      await then(met);
      return met;
    } finally {
      await Promise.all([sender, receiver].map(({ visitor }) => visitor.close()));
    }
  } finally {
    homes.close();
  }
}

async function enter(homes: Homes, side: Side): Promise<Person> {
  return new Person(
    await visitWithChromium({
      executablePath: homes.namespaces.wrapper(side, SYSTEM_CHROMIUM),
      // coturn's certificate is of our own making.
      args: ['--ignore-certificate-errors'],
    }),
  );
}

async function endOf(person: Person): Promise<End> {
  if ((await person.connection()) === 'connected')
    return /relay/i.test(await person.path()) ? 'relayed' : 'direct';
  return ((await person.problem()) ?? 'no problem shown') as End;
}
