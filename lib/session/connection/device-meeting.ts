/** The remembered device that is to be met, or is met, and what is shared with it (P-141 to P-144). */
import type { DeviceCall, Party, Problem, ProblemCode } from '../model.ts';
import { advanceBond, settleBond, type BondPlace } from '../pairing/bond.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';
import type { Remembered } from './connection-events.ts';
import type { Stage } from './stage.ts';

/** A remembered device that is to be met: what is used for it, and whose person wants it. */
export interface Call extends BondPlace {
  readonly rung: DeviceCall['rung'];
  readonly caller: Party;
  /** What the page shows again where it was rung in vain. */
  readonly before: {
    readonly stage: Stage;
    readonly lost: RejoinState | undefined;
    readonly problem: Problem | undefined;
  };
}

type State =
  | { readonly at: 'none' }
  /** Until the pairing with that device is confirmed. */
  | { readonly at: 'calling'; readonly known: Remembered; readonly call: Call }
  /** `settled`: the other side is certain to have moved on to the newest secret, too. */
  | { readonly at: 'met'; readonly known: Remembered; readonly settled: boolean };

/** What it returns of a device is kept before anything more is sent. */
export class DeviceMeeting {
  #state: State = { at: 'none' };

  get known(): Remembered | undefined {
    return this.#state.at === 'none' ? undefined : this.#state.known;
  }

  get call(): Call | undefined {
    return this.#state.at === 'calling' ? this.#state.call : undefined;
  }

  begin(known: Remembered, call: Call): void {
    this.#state = { at: 'calling', known, call };
  }

  /** Each has rung at the other: the later window counts, or the host. */
  givesWayTo(device: string, place: BondPlace, caller: Party): boolean {
    if (this.#state.at !== 'calling') return false;
    const { known, call } = this.#state;
    if (known.device !== device || place.generation === 'retired') return false;
    const later = place.window - call.window || Number(caller === 'host') - Number(call.caller === 'host');
    return later > 0;
  }

  /** A meeting has used the secret up; `undefined`: no device was called. */
  confirm(keys: SessionKeys): Remembered | undefined {
    if (this.#state.at !== 'calling') return undefined;
    const { known, call } = this.#state;
    const next = { ...known, bond: advanceBond(known.bond, call.generation, keys) };
    this.#state = { at: 'met', known: next, settled: false };
    return next;
  }

  /** A message under the newest keys was opened; `undefined`: nothing is different. */
  settle(): Remembered | undefined {
    if (this.#state.at !== 'met' || this.#state.settled) return undefined;
    const { known } = this.#state;
    const next = { ...known, bond: settleBond(known.bond) };
    this.#state = { at: 'met', known: next, settled: true };
    return next;
  }

  /** The device that is connected, or was before a reload; `undefined`: it is none. */
  remember(known: Remembered | undefined): void {
    this.#state = known === undefined ? { at: 'none' } : { at: 'met', known, settled: true };
  }

  clear(): void {
    this.#state = { at: 'none' };
  }

  /** How a call ends in vain: there is no code that one could ask for. */
  explain(code: ProblemCode): ProblemCode {
    if (this.#state.at !== 'calling') return code;
    if (code === 'same-role') return 'device-same-page';
    if (code === 'room-occupied') return 'device-busy';
    return code === 'code-unknown' || code === 'connection-lost' ? 'device-silent' : code;
  }
}
