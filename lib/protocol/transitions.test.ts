/** Both ends' states, against the table that P-21 prints. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  INCOMING_TRANSITIONS,
  IncomingTransfer,
  type IncomingInput,
  type IncomingState,
} from './receiving/incoming-transfer.ts';
import {
  OUTGOING_TRANSITIONS,
  OutgoingTransfer,
  type OutgoingInput,
  type OutgoingState,
} from './sending/outgoing-transfer.ts';
import type { Transitions } from './transitions.ts';
import { header } from './face-to-face.fixture.ts';

const PROTOCOL = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');

const OUTGOING_INPUTS: readonly OutgoingInput[] = ['accept', 'decline', 'cancel', 'complete', 'silence'];
const INCOMING_INPUTS: readonly IncomingInput[] = [
  'accept',
  'decline',
  'cancel',
  'blocks',
  'digest',
  'counted',
  'silence',
];

/** Inputs that lead from the first state to each. */
const TO_OUTGOING: Record<OutgoingState, readonly OutgoingInput[]> = {
  offered: [],
  sending: ['accept'],
  done: ['accept', 'complete'],
  ended: ['cancel'],
};
const TO_INCOMING: Record<IncomingState, readonly IncomingInput[]> = {
  offered: [],
  receiving: ['accept'],
  verifying: ['accept', 'blocks'],
  lingering: ['accept', 'blocks', 'digest'],
  done: ['accept', 'blocks', 'digest', 'counted'],
  ended: ['cancel'],
};

function give(transfer: IncomingTransfer, input: IncomingInput): boolean {
  switch (input) {
    case 'accept':
      return transfer.accept([], 0);
    case 'digest':
      return transfer.verified(true, 0);
    case 'counted':
      return transfer.finish();
    default:
      return transfer.step(input);
  }
}

/** Rows `side | from | input | to` of the table, as P-21 prints them. */
function rows(side: string, table: Transitions<string, string>): string[] {
  return Object.entries(table).flatMap(([from, inputs]) =>
    Object.entries(inputs).map(([input, to]) => [side, from, input, to ?? ''].join(' | ')),
  );
}

describe('[P-21] a transfer', () => {
  test('at the sender follows its table, from every state and for every input', () => {
    for (const [from, path] of Object.entries(TO_OUTGOING) as [OutgoingState, OutgoingInput[]][]) {
      for (const input of OUTGOING_INPUTS) {
        const transfer = new OutgoingTransfer(1, header(5000));
        for (const step of path) expect(transfer.step(step)).toBe(true);
        expect(transfer.state).toBe(from);
        const to = OUTGOING_TRANSITIONS[from][input];
        expect(transfer.step(input), `${from}, ${input}`).toBe(to !== undefined);
        expect(transfer.state).toBe(to ?? from);
      }
    }
  });

  test('at the receiver follows its table, from every state and for every input', () => {
    for (const [from, path] of Object.entries(TO_INCOMING) as [IncomingState, IncomingInput[]][]) {
      for (const input of INCOMING_INPUTS) {
        const transfer = new IncomingTransfer(1, header(5000));
        for (const step of path) expect(give(transfer, step)).toBe(true);
        expect(transfer.state).toBe(from);
        const to = INCOMING_TRANSITIONS[from][input];
        expect(give(transfer, input), `${from}, ${input}`).toBe(to !== undefined);
        expect(transfer.state).toBe(to ?? from);
      }
    }
  });

  test('has the states and inputs that PROTOCOL.md prints, and no others', () => {
    const [rule] = PROTOCOL.slice(PROTOCOL.indexOf('**P-21**')).split('\n## ');
    const printed = [...(rule as string).matchAll(/^\| (\w+) +\| (\w+) +\| (\w+) +\| (\w+) +\|/gm)]
      .map((row) => row.slice(1, 5).join(' | '))
      .slice(1);
    expect(printed).toEqual([
      ...rows('sender', OUTGOING_TRANSITIONS),
      ...rows('receiver', INCOMING_TRANSITIONS),
    ]);
  });
});
