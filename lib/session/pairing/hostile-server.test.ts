/**
 * The signaling server as the enemy: it sees every message of several pairs at once and does with them as it
 * likes, by a generated script. Whatever it does, the honest sides end confirmed with equal keys, or with a
 * named failure, or waiting (where the session's own deadline ends it).
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Party, Role } from '../model.ts';
import { utf8 } from './bytes.ts';
import { Pairing, type PairingEvent } from './pairing.ts';
import { type Password, wordsPassword } from './password.ts';
import { SealedChannel } from './sealed-channel.ts';
import { seededRandom } from './test-random.ts';
import { CODE_WORDS } from './word-search.ts';

const RUNS = 600;
const MARKER = 'v=0 a=candidate 192.168.1.7';
const SEALED_BY_EACH = 2;

/** One honest side: pairs, then seals its messages right behind. */
class Side {
  readonly party: Party;
  readonly role: Role;
  readonly password: Password;
  readonly outgoing: Uint8Array[] = [];
  readonly events: PairingEvent[] = [];
  readonly sealed: string[] = [];
  readonly accepted: string[] = [];
  brokenChannel = false;
  readonly #pairing: Pairing;
  readonly #name: string;
  #channel: SealedChannel | undefined;

  constructor(party: Party, role: Role, password: Password, seed: string) {
    this.party = party;
    this.role = role;
    this.password = password;
    this.#name = `${party} ${seed}`;
    const random = seededRandom(this.#name);
    this.#pairing =
      party === 'host'
        ? new Pairing({ party, role, passwords: [password], random })
        : new Pairing({ party, role, password, random });
    this.#drain();
  }

  get root(): string | undefined {
    const [event] = this.events;
    return event?.type === 'confirmed' ? String(event.keys.root) : undefined;
  }

  handle(bytes: Uint8Array): void {
    if (this.#channel) {
      const opened = this.#channel.open(bytes);
      if (opened.ok) this.accepted.push(`${opened.type} ${Buffer.from(opened.plaintext).toString()}`);
      else this.brokenChannel = true;
    } else {
      this.#pairing.handleMessage(bytes);
      this.#drain();
    }
  }

  #drain(): void {
    for (let bytes = this.#pairing.pollTransmit(); bytes; bytes = this.#pairing.pollTransmit()) {
      this.outgoing.push(bytes);
    }
    for (let event = this.#pairing.pollEvent(); event; event = this.#pairing.pollEvent()) {
      this.events.push(event);
      if (event.type !== 'confirmed') continue;
      this.#channel = new SealedChannel(this.party, event.keys);
      for (let number = 0; number < SEALED_BY_EACH; number++) {
        const text = `${MARKER} ${number} of ${this.#name}`;
        this.sealed.push(`${number} ${text}`);
        this.outgoing.push(this.#channel.seal(number, utf8(text)));
      }
    }
  }
}

interface Move {
  act: 'relay' | 'drop' | 'later' | 'replay' | 'flip' | 'splice' | 'forge';
  /**
   * Which message (of the next ones, or of all seen), to which side, and what to change; taken modulo what
   * there is.
   */
  pick: number;
  to: number;
  at: number;
}

const moves = fc.array(
  fc.record<Move>({
    act: fc.oneof(
      { weight: 40, arbitrary: fc.constant('relay' as const) },
      { weight: 6, arbitrary: fc.constantFrom('drop', 'later', 'replay', 'flip', 'splice', 'forge') },
    ),
    pick: fc.nat(),
    to: fc.nat(),
    at: fc.nat(),
  }),
  { maxLength: 40 },
);

interface Pair {
  /** Does the guest know the right words? */
  right: boolean;
  roles: readonly [host: Role, guest: Role];
}

const cases = fc.record({
  pairs: fc.array(
    fc.record<Pair>({
      right: fc.integer({ min: 0, max: 7 }).map((n) => n > 0),
      roles: fc.oneof(
        {
          weight: 6,
          arbitrary: fc.constantFrom<Pair['roles']>(['sender', 'receiver'], ['receiver', 'sender']),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom<Pair['roles']>(['sender', 'sender'], ['receiver', 'receiver']),
        },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  /** All pairs drew the same slot and words (a server could hand out a slot twice). */
  sameWords: fc.boolean(),
  seed: fc.nat(),
  moves,
});

function makeSides(pairs: readonly Pair[], sameWords: boolean, seed: number): Side[] {
  return pairs.flatMap(({ right, roles: [host, guest] }, i) => {
    const number = sameWords ? 0 : i;
    const words = (offset: number) =>
      wordsPassword('7', [CODE_WORDS[number]!, CODE_WORDS[(number * 31 + offset) % 1296]!]);
    return [
      new Side('host', host, words(0), `${seed} ${i}`),
      new Side('guest', guest, words(right ? 0 : 5), `${seed} ${i}`),
    ];
  });
}

/** Side 2i and 2i + 1 belong together. Returns everything the server saw. */
function play(sides: readonly Side[], script: readonly Move[]): Uint8Array[] {
  const queues: Uint8Array[][] = sides.map(() => []);
  const seen: Uint8Array[] = [];
  const collect = () =>
    sides.forEach((side, i) => {
      for (const bytes of side.outgoing.splice(0)) {
        seen.push(bytes);
        queues[i ^ 1]!.push(bytes);
      }
    });
  const relayOne = (i: number) => {
    const bytes = queues[i]!.shift();
    if (bytes) sides[i]!.handle(bytes);
  };

  collect();
  for (const { act, pick, to, at } of script) {
    const busy = queues.flatMap((queue, i) => (queue.length > 0 ? [i] : []));
    const next = busy[to % Math.max(1, busy.length)];
    const any = seen[pick % seen.length]!;
    const target = sides[to % sides.length]!;
    switch (act) {
      case 'relay':
        if (next !== undefined) relayOne(next);
        break;
      case 'drop':
        if (next !== undefined) queues[next]!.shift();
        break;
      case 'later':
        if (next !== undefined) queues[next]!.push(queues[next]!.shift()!);
        break;
      case 'replay': // Also reflects, and takes messages across pairs.
        target.handle(any);
        break;
      case 'flip':
        if (next !== undefined) {
          const bytes = Uint8Array.from(queues[next]!.shift()!);
          bytes[at % bytes.length]! ^= 1 << (pick % 8);
          sides[next]!.handle(bytes);
        }
        break;
      case 'splice': {
        const other = seen[at % seen.length]!;
        const cut = at % (any.length + 1);
        target.handle(Uint8Array.from([...any.slice(0, cut), ...other.slice(cut)]));
        break;
      }
      case 'forge':
        target.handle(
          Uint8Array.from([0x54, 2, 1 + (pick % 5), ...seededRandom(at)([18, 48, 64, 32, 1][pick % 5]!)]),
        );
        break;
    }
    collect();
  }
  // What is left goes through, so that few end waiting.
  for (let turns = 0; turns < 20 && queues.some((queue) => queue.length > 0); turns++) {
    sides.forEach((_side, i) => relayOne(i));
    collect();
  }
  return seen;
}

function check(sides: readonly Side[], seen: readonly Uint8Array[]): void {
  for (const side of sides) {
    expect(side.events.length).toBeLessThanOrEqual(1);
    const [event] = side.events;
    if (event?.type === 'failed') {
      expect(['code-guessed', 'version-mismatch', 'tampered', 'protocol-violation', 'same-role']).toContain(
        event.problem,
      );
    }
    // Whoever is confirmed shares its keys with at most one other, of the other party and role and with the
    // same words.
    const peers = sides.filter(
      (other) => other !== side && side.root !== undefined && other.root === side.root,
    );
    expect(peers.length).toBeLessThanOrEqual(1);
    const [peer] = peers;
    if (peer) {
      expect(peer.party).not.toBe(side.party);
      expect(peer.role).not.toBe(side.role);
      expect(peer.password).toEqual(side.password);
    }
    // A guest is confirmed by its host's proof only, so there is such a host.
    if (side.party === 'guest' && side.root !== undefined) expect(peer).toBeDefined();
    // Nothing is accepted but what the one with the same keys has sealed, in its order, from the first on.
    expect(side.accepted).toEqual((peer?.sealed ?? []).slice(0, side.accepted.length));
  }
  for (let i = 0; i < sides.length; i += 2) {
    const [host, guest] = [sides[i]!, sides[i + 1]!];
    const alone = sides.every((side) => side === host || side === guest || !same(side, host));
    if (alone && host.root !== undefined && guest.root !== undefined) {
      expect(guest.root).toBe(host.root);
    }
  }
  const marker = Buffer.from('candidate');
  for (const bytes of seen) expect(Buffer.from(bytes).includes(marker)).toBe(false);
}

function same(a: Side, b: Side): boolean {
  return String(a.password.bytes) === String(b.password.bytes);
}

test('[P-87, P-95] no server gets two honest sides to different keys, to a plaintext, or to accept what was not sent', () => {
  const seed = Number(process.env['TESSERA_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const counts = new Map<string, number>();
  let handshakes = 0;
  fc.assert(
    fc.property(cases, ({ pairs, sameWords, seed: own, moves: script }) => {
      const sides = makeSides(pairs, sameWords, own);
      check(sides, play(sides, script));
      handshakes += pairs.length;
      for (const side of sides) {
        const [event] = side.events;
        const end = event?.type === 'failed' ? event.problem : (event?.type ?? 'waiting');
        const name = side.brokenChannel ? 'confirmed, then tampered' : end;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }),
    { numRuns: RUNS, seed },
  );
  console.log(`hostile server: seed ${seed}, ${handshakes} handshakes;`, Object.fromEntries(counts));
  expect(handshakes).toBeGreaterThanOrEqual(1000);
  // A test in which nothing, or everything, goes through would prove nothing.
  for (const end of [
    'confirmed',
    'code-guessed',
    'tampered',
    'protocol-violation',
    'same-role',
    'confirmed, then tampered',
  ]) {
    expect(counts.get(end) ?? 0, end).toBeGreaterThan(0);
  }
}, 180_000);

test('an honest server gets every pair through, with everything that was sealed', () => {
  for (let seed = 0; seed < 20; seed++) {
    const sides = makeSides(
      [
        { right: true, roles: ['sender', 'receiver'] },
        { right: true, roles: ['receiver', 'sender'] },
      ],
      false,
      seed,
    );
    check(sides, play(sides, []));
    for (const [i, side] of sides.entries()) expect(side.accepted).toEqual(sides[i ^ 1]!.sealed);
  }
});
