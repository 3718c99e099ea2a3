/**
 * Brings two sides together and keeps them together, without I/O: events and time in, effects out.
 *
 *     idle ─open─▶ opening ─▶ hosting ─paired─▶ joining ──────────▶ connected
 *      └──────────────join────────────────────▶   │                   │  ▲
 *                                        failed ◀─┴──────┐       lost ▼  │
 *                                                        └────────── searching
 *     any ─goodbye of either side─▶ closed
 *
 * A connection that is silent may be dead: `connected` then goes to the meeting place too (`doubt`), and
 * keeps the connection. It gives way to a new one when the other side is met there and has proved itself
 * (P-120).
 *
 * `joining` and `searching` make one *attempt* at a time: pairing (the other side proves that it knows the
 * same secret), then linking (a peer connection is established; its signaling is sealed with the keys of that
 * pairing). `searching` needs no code: both sides derive a rendezvous from the keys of the session that was
 * lost (P-92).
 *
 * The owner carries out the effects of `handle` and `handleTimeout` in order, and calls `handleTimeout` at
 * `nextTimeout`.
 */
import type { ConnectionState, Party, Problem, ProblemCode, Role, Room } from '../model.ts';
import type { ExpiredReason } from '../../../signaling/wire/messages.ts';
import {
  formatCode,
  formatFragment,
  makeCode,
  makeLink,
  parseCode,
  passwordOf,
  type Random,
} from '../pairing/code.ts';
import {
  advanceBond,
  meetingOf,
  otherParty,
  settleBond,
  type Bond,
  type BondPlace,
} from '../pairing/bond.ts';
import { fingerprint } from '../pairing/fingerprint.ts';
import { toBase64Url } from '../pairing/bytes.ts';
import { companionSecret } from '../pairing/companion.ts';
import { doorOf } from '../pairing/door.ts';
import type { RoomLink } from '../pairing/link.ts';
import { Pairing } from '../pairing/pairing.ts';
import type { Password } from '../pairing/password.ts';
import {
  advanceRejoin,
  beginRejoin,
  rendezvousOf,
  settleRejoin,
  type RejoinState,
  type Rendezvous,
} from '../pairing/rejoin.ts';
import { SealedChannel } from '../pairing/sealed-channel.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';
import { candidateKinds } from '../../transport/signals.ts';
import { AWAKE_MS, LIMITS_MS, SLEPT_MS, type LimitName } from './limits.ts';
import { explainGivenUp, explainNoPath, NO_PATH, offered } from './no-path.ts';
import { Visitors } from './visitors.ts';

/** Type of a sealed message that carries WebRTC signaling. */
const SIGNAL = 1;
/** Of one with the reason for which this side has given up, a `ProblemCode`. */
const GIVEN_UP = 2;

/** A request to the server that changes this side's place there; it gives up the place held before. */
export type Ask =
  | { readonly type: 'open' }
  | { readonly type: 'reopen'; readonly token: string }
  | { readonly type: 'join'; readonly slot: string; readonly hello: Uint8Array | undefined }
  /** At the door of a room that stays open: the server gives a meeting of its own. */
  | { readonly type: 'knock'; readonly id: string }
  | { readonly type: 'rejoin'; readonly id: string; readonly party: Party };

/** What the server answers to an `Ask`; absent fields do not belong to that request's answer. */
export interface Answer {
  readonly iceServers: readonly RTCIceServer[];
  readonly slot?: string;
  readonly token?: string;
  /** Unix milliseconds. */
  readonly expiresAt?: number;
}

/** A remembered device: its name in this browser's list, and what it shares with this one. */
export interface Remembered {
  readonly device: string;
  readonly bond: Bond;
}

export type ConnectionEvent =
  // the person, and the page's life
  | { readonly type: 'open' }
  /** A typed code or a link's fragment. */
  | { readonly type: 'join'; readonly text: string }
  /**
   * The person wants to meet a remembered device, which was rung and is there; or it has rung here.
   */
  | (Remembered & { readonly type: 'call'; readonly place: BondPlace; readonly rung: 'there' | 'here' })
  /** Both persons want it: the device connected now is remembered; `undefined`: it was forgotten. */
  | { readonly type: 'remembered'; readonly remembered: Remembered | undefined }
  /**
   * The session of before a reload, perhaps with a remembered device, or a companion's; in the place of
   * whatever there is.
   */
  | { readonly type: 'resume'; readonly rejoin: RejoinState; readonly known?: Remembered | undefined }
  /** The session beside this companion is over. */
  | { readonly type: 'part' }
  /** The page goes away, perhaps to return: nothing is begun that it could not finish. */
  | { readonly type: 'suspend' }
  /** The page is back from where it was frozen. */
  | { readonly type: 'wake' }
  /** A session that was given up is looked for once more. */
  | { readonly type: 'continue' }
  | { readonly type: 'leave' }
  /** The person closes the room: its link does not work any more. */
  | { readonly type: 'close-room' }
  /** Who knocked at another machine's door was let in: they are met here. */
  | { readonly type: 'receive'; readonly id: string; readonly link: RoomLink }
  /** Opens a room for one guest, whose link is that of another machine's door. */
  | { readonly type: 'invite'; readonly link: RoomLink }
  /** Others are in the room, met by other machines: whoever knocks is asked about first. */
  | { readonly type: 'ask-first'; readonly on: boolean }
  /** The person does not let this visitor in. */
  | { readonly type: 'refuse'; readonly id: string }
  /** One is sent away, by this machine or another: each knock is asked about from now on. */
  | { readonly type: 'sent-away' }
  /** The person sends the other side away; the room stays open. */
  | { readonly type: 'dismiss' }
  /** This page cannot hold a connection at all. */
  | { readonly type: 'give-up'; readonly problem: Problem }
  /** The other side said goodbye. */
  | { readonly type: 'goodbye' }
  /** The other side exceeded what a session may hold. */
  | { readonly type: 'flooded' }
  // the server
  | { readonly type: 'online'; readonly online: boolean }
  | { readonly type: 'answered'; readonly request: number; readonly answer: Answer }
  | { readonly type: 'refused'; readonly request: number; readonly problem: Problem }
  /** The other side is there, or another connection of it. */
  | { readonly type: 'paired' }
  /** A guest with the link waits at this meeting. */
  | { readonly type: 'knock'; readonly id: string }
  /** The host of the door at which this side knocked has been notified, and decides. */
  | { readonly type: 'wait' }
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'peer-left' }
  | { readonly type: 'expired'; readonly reason: ExpiredReason }
  // the transport in use
  /** `certificates`: as `Transport.fingerprints` gives them. */
  | { readonly type: 'linked'; readonly certificates: readonly [string, string] | undefined }
  | { readonly type: 'unlinked' }
  | { readonly type: 'signal'; readonly message: unknown }
  | { readonly type: 'path'; readonly path: 'direct' | 'relayed' | undefined }
  /** Nothing arrives that should, or this side's network is another one; `false`: something has arrived. */
  | { readonly type: 'silent'; readonly silent: boolean };

export type ConnectionEffect =
  /** Send this request; its outcome is an `answered` or `refused` with the same number. */
  | { readonly type: 'ask'; readonly request: number; readonly ask: Ask }
  /** Open the door of the room's link, or keep it open. */
  | { readonly type: 'open-door'; readonly id: string; readonly token: string }
  | { readonly type: 'close-door'; readonly id: string; readonly token: string }
  /** Whoever waits at this meeting is not let in. */
  | { readonly type: 'turn-away'; readonly id: string }
  /** Whoever waits at this meeting learns that this side decides. */
  | { readonly type: 'let-wait'; readonly id: string }
  /**
   * A person who was not met before has proved to know the code or the link; or a remembered device is met.
   * `unasked`: it has rung, and no one has pressed anything here.
   */
  | { readonly type: 'met'; readonly unasked: boolean }
  /** Destroy the room or end the pair, after a wrong code. No answer is awaited. */
  | { readonly type: 'burn' }
  /** Give up the place at the server. No answer is awaited. */
  | { readonly type: 'leave' }
  /** Close the connection to the server for good. */
  | { readonly type: 'close-signaling' }
  /** The socket may be dead: another one takes its place. */
  | { readonly type: 'renew-signaling' }
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** Make a transport that gathers addresses but holds its signals back; not if there is one. */
  | { readonly type: 'prepare'; readonly iceServers: readonly RTCIceServer[] }
  /** Use the prepared transport, or a new one, and let its signals out. */
  | { readonly type: 'link'; readonly iceServers: readonly RTCIceServer[] }
  /** Close what was prepared. */
  | { readonly type: 'discard-prepared' }
  /** Close the transport in use and forget it: nothing that it says counts any more. */
  | { readonly type: 'unlink' }
  /** Close the transport in use; it still reports that it is closed. */
  | { readonly type: 'hang-up' }
  /** Pass this on to the transport in use. */
  | { readonly type: 'signal'; readonly message: unknown }
  /** Keep this through a reload, before any later effect. */
  | { readonly type: 'keep'; readonly rejoin: RejoinState }
  | { readonly type: 'forget' }
  /** Keep this where it survives a crash, before any later effect. */
  | (Remembered & { readonly type: 'keep-bond' })
  /** Two hold what this device holds, or what it shares with the other one. */
  | { readonly type: 'forget-bond'; readonly device: string }
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  /** Given up: the transfers with the other side do not go on. */
  | { readonly type: 'lost' };

/** What the page shows. */
export interface ConnectionView {
  readonly connection: ConnectionState;
  readonly problem: Problem | undefined;
  readonly room: Room | undefined;
  readonly path: 'direct' | 'relayed' | undefined;
  /** Words that two people may compare. */
  readonly fingerprint: string | undefined;
  readonly serverOnline: boolean;
  /** Until when the other side is searched for, Unix milliseconds. */
  readonly searchUntil: number | undefined;
  /** Given up, and may be searched for once more. */
  readonly canContinue: boolean;
  /** Meetings at which people with the link wait to be let in. */
  readonly visitors: readonly string[];
  /** This side waits to be let in. */
  readonly waitsAtDoor: boolean;
  /** More people may be let in beside the one who is connected. */
  readonly canInvite: boolean;
  readonly party: Party;
  /** The remembered device that is met, by its name in this browser's list. */
  readonly device: string | undefined;
}

/** A code of which nothing was used yet: its room can still be taken back. */
interface Unused {
  readonly passwords: readonly Password[];
  readonly token: string | undefined;
}

type Attempt =
  | { readonly step: 'none' }
  /** `greeted`: our first message went along with the join, so the first `paired` begins nothing. */
  | {
      readonly step: 'pairing';
      readonly pairing: Pairing;
      readonly greeted: boolean;
      readonly resuming?: Resuming | undefined;
    }
  | {
      readonly step: 'linking';
      readonly keys: SessionKeys;
      readonly sealed: SealedChannel;
      /** Kinds of the addresses that both sides have signaled; they tell why no path was found. */
      readonly here: Set<string>;
      readonly there: Set<string>;
    };

/** One side was lost in the middle of a pairing: the same pairing goes on where both meet (P-130). */
interface Resuming {
  /** When it is given up, Unix milliseconds, and as what. */
  readonly until: number;
  readonly problem: ProblemCode;
  /** How many places were gone to. */
  readonly turn: number;
  /** Of the place held: the other side is confirmed there, and pairs anew. */
  readonly password?: Password | undefined;
}

/** The way back from a connection that may be dead. */
interface Doubt {
  readonly attempt: Attempt;
  readonly meeting: Rendezvous | undefined;
}

/** The room's link, which works until the room is closed. */
interface Door {
  readonly id: string;
  /** What the server gives the door by, a secret of both. */
  readonly token: string;
  readonly link: RoomLink;
}

/** A remembered device that is to be met: what is used for it, and whose person wants it. */
interface Call extends BondPlace {
  readonly rung: 'there' | 'here';
  readonly caller: Party;
  /** What the page shows again where it was rung in vain. */
  readonly before: {
    readonly stage: Stage;
    readonly lost: RejoinState | undefined;
    readonly problem: Problem | undefined;
  };
}

type Stage =
  | { readonly at: 'idle' }
  | { readonly at: 'opening' }
  | { readonly at: 'hosting'; readonly unused: Unused }
  /**
   * `unused` until the first message: what is answered then reveals whether the other side's words are right.
   */
  | {
      readonly at: 'joining';
      readonly attempt: Attempt;
      readonly unused: Unused | undefined;
      /** The code of two words that this guest has entered. */
      readonly words?: string | undefined;
      /** This guest has knocked, and the host decides. */
      readonly waits?: boolean;
    }
  | {
      readonly at: 'connected';
      readonly keys: SessionKeys;
      readonly sealed: SealedChannel;
      readonly doubt?: Doubt | undefined;
    }
  | {
      readonly at: 'searching';
      readonly attempt: Attempt;
      /** When the search is given up, Unix milliseconds. */
      readonly until: number;
      readonly meeting: Rendezvous | undefined;
    }
  | { readonly at: 'failed' }
  | { readonly at: 'closed' };

const CONNECTION: Readonly<Record<Stage['at'], ConnectionState>> = {
  idle: 'waiting',
  opening: 'waiting',
  hosting: 'waiting',
  joining: 'connecting',
  connected: 'connected',
  searching: 'reconnecting',
  failed: 'failed',
  closed: 'closed',
};

/** What counts when all is over: the page begins anew, or lets go of the server. */
const BEGINS: ReadonlySet<ConnectionEvent['type']> = new Set(['open', 'join', 'call', 'resume', 'leave']);

type Shown = 'waiting' | 'failed' | 'closed';

const NO_ATTEMPT: Attempt = { step: 'none' };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** 128 bits. */
const TOKEN_BYTES = 16;
/** Who waits while another guest is being let in, or looked for. */
const MAX_KNOCKS = 8;
/** Knocks that were heard; a server may repeat them. */
const MAX_HEARD = 200;
/** After so many wrong codes of one room no fresh one is shown unless the person asks for it. */
const MAX_GUESSES = 3;

export interface ConnectionMachineOptions {
  /** Which way pictures go here; whether this side opens a room or joins one is independent of it. */
  readonly role: Role;
  /** Address of the page that a link opens, that of the other role: `https://host/receive/` or `…/send/`. */
  readonly page: string;
  readonly random: Random;
  /** The browser can make peer connections. */
  readonly canLink: boolean;
  /** Only over a relay, which hides this side's address. */
  readonly relayOnly: boolean;
  /** Beside the guest who is connected others may come, each met by a machine of its own. */
  readonly several?: boolean;
  /**
   * Codes that this page has proved to know, and whose pairing was not confirmed: they are not answered a
   * second time.
   */
  readonly spentCodes?: Set<string>;
}

export class ConnectionMachine {
  readonly #options: ConnectionMachineOptions;
  readonly #spentCodes: Set<string>;
  #stage: Stage = { at: 'idle' };
  /** Who showed the code and who entered it, from then on. */
  #party: Party = 'host';
  #room: Room | undefined;
  #door: Door | undefined;
  /** What the page shows while a fresh code is made and waits: how the last connection ended. */
  #shown: Shown = 'waiting';
  /** When the code, and the door, are due for another one. */
  #renewAt = Infinity;
  readonly #knocks: string[] = [];
  readonly #heard = new Set<string>();
  readonly #visitors = new Visitors();
  /** Others are in this room, or one was sent away: whoever knocks is asked about. */
  #asksFirst = false;
  #dismissed = false;
  /** Of another machine's door: a code is shown beside it, for one guest. */
  #lent: RoomLink | undefined;
  /** Wrong codes since the person asked for one. */
  #guesses = 0;
  #problem: Problem | undefined;
  #path: 'direct' | 'relayed' | undefined;
  #fingerprint: string | undefined;
  #online = false;
  /** The transport in use; what it reports after it was given up is ignored by the owner. */
  #linked = false;
  #rejoin: RejoinState | undefined;
  #known: Remembered | undefined;
  /** Until the pairing with that device is confirmed. */
  #call: Call | undefined;
  /** From then on, until the other side is certain to have moved on, too. */
  #unsettled = false;
  /** Of a session that was searched for in vain. */
  #lost: RejoinState | undefined;
  #iceServers: readonly RTCIceServer[] = [];
  /** The page is going away or frozen. */
  #suspended = false;
  /** `give-up`: nothing is begun any more. */
  #over = false;
  /** Of a room whose words are used: with it whoever still waits there can be released. */
  #usedToken: string | undefined;
  /** The request that takes such a room back, to burn it. */
  #releasing: number | undefined;
  /** The number of the newest request; outcomes of earlier ones are ignored. */
  #request = 0;
  #deadline: { readonly limit: LimitName; readonly at: number } | undefined;
  #now = 0;
  #effects: ConnectionEffect[] = [];

  constructor(options: ConnectionMachineOptions) {
    this.#options = options;
    this.#spentCodes = options.spentCodes ?? new Set();
  }

  view(): ConnectionView {
    return {
      connection:
        this.#stage.at === 'opening' || this.#stage.at === 'hosting'
          ? this.#shown
          : CONNECTION[this.#stage.at],
      problem: this.#problem,
      room: this.#room,
      path: this.#path,
      fingerprint: this.#fingerprint,
      serverOnline: this.#online,
      searchUntil: this.#stage.at === 'searching' ? this.#stage.until : undefined,
      canContinue: this.#shows('failed') && this.#lost !== undefined,
      visitors: this.#visitors.ids,
      waitsAtDoor: this.#stage.at === 'joining' && this.#stage.waits === true,
      canInvite: this.#severalGuests && this.#door !== undefined,
      party: this.#party,
      device: this.#known?.device,
    };
  }

  /** Of a companion that begins with this nonce; `undefined`: no one is connected. */
  companion(nonce: Uint8Array): { readonly party: Party; readonly secret: Uint8Array } | undefined {
    const stage = this.#stage;
    if (stage.at !== 'connected') return undefined;
    return { party: this.#party, secret: companionSecret(stage.keys, nonce) };
  }

  /** Unix milliseconds; `Infinity`: nothing is due. */
  nextTimeout(): number {
    return Math.min(this.#deadline?.at ?? Infinity, this.#renewAt, this.#visitors.nextTimeout);
  }

  /**
   * `now`: Unix milliseconds, never decreasing. Throws nothing, whatever the server or the other side sent.
   */
  handle(event: ConnectionEvent, now: number): ConnectionEffect[] {
    this.#advance(now);
    if (this.#over && event.type !== 'leave') return [];
    if (this.#stage.at !== 'closed' || BEGINS.has(event.type) || this.#door !== undefined)
      this.#dispatch(event);
    return this.#effects.splice(0);
  }

  handleTimeout(now: number): ConnectionEffect[] {
    this.#advance(now);
    if (this.#deadline !== undefined && now >= this.#deadline.at) {
      const { limit } = this.#deadline;
      this.#deadline = undefined;
      this.#expire(limit);
    }
    if (now >= this.#renewAt) this.#renew();
    for (const id of this.#visitors.takeLate(now)) this.#effect({ type: 'turn-away', id });
    return this.#effects.splice(0);
  }

  /** A room is held whose words were not used yet: its place can be taken back on a new connection. */
  get canReturn(): boolean {
    const stage = this.#stage;
    return (stage.at === 'hosting' || stage.at === 'joining') && stage.unused?.token !== undefined;
  }

  /** This visitor is met by another machine from now on (`receive`); `undefined`: they wait no longer. */
  letIn(id: string): RoomLink | undefined {
    const link = this.#door?.link;
    return link !== undefined && this.#visitors.take(id) ? link : undefined;
  }

  /** What another machine needs to show a code beside this one's link (`invite`). */
  get link(): RoomLink | undefined {
    return this.#door?.link;
  }

  #advance(now: number): void {
    this.#now = now;
    const deadline = this.#deadline;
    if (deadline === undefined || now - deadline.at < SLEPT_MS) return;
    const at = now + Math.min(AWAKE_MS, LIMITS_MS[deadline.limit]);
    this.#deadline = { limit: deadline.limit, at };
    const stage = this.#stage;
    if (stage.at === 'searching') this.#stage = { ...stage, until: Math.max(stage.until, now + AWAKE_MS) };
  }

  #dispatch(event: ConnectionEvent): void {
    switch (event.type) {
      case 'open':
        this.#guesses = 0;
        this.#shown = 'waiting';
        this.#reset({ at: 'opening' });
        this.#party = 'host';
        // No code is shown, and none is used up, by a browser that can do nothing with it.
        if (this.#options.canLink) this.#ask({ type: 'open' });
        else this.#fail({ code: 'webrtc-missing' });
        return;
      case 'join':
        this.#join(event.text);
        return;
      case 'call':
        this.#callDevice(event);
        return;
      case 'remembered':
        if (this.#stage.at !== 'connected' && this.#stage.at !== 'searching') return;
        this.#known = event.remembered;
        this.#unsettled = false;
        // With the way back, which may be needed by a page that is loaded anew.
        if (this.#known !== undefined) this.#keepBond(this.#known.bond);
        if (this.#rejoin !== undefined) this.#effect({ type: 'keep', rejoin: this.#rejoin });
        return;
      case 'resume':
        this.#giveWay();
        this.#problem = undefined;
        this.#lost = undefined;
        this.#known = event.known;
        this.#rejoin = event.rejoin;
        this.#party = event.rejoin.party;
        this.#search();
        return;
      case 'continue':
        if (!this.#shows('failed') || this.#lost === undefined) return;
        this.#rejoin = this.#lost;
        this.#party = this.#lost.party;
        this.#lost = undefined;
        this.#room = undefined;
        this.#problem = undefined;
        this.#search();
        return;
      case 'suspend':
        this.#suspended = true;
        this.#effect({ type: 'hang-up' });
        return;
      case 'wake':
        this.#suspended = false;
        // What lay in a cache has lost its socket, and without this would hear so only when pings stay out.
        this.#effect({ type: 'renew-signaling' });
        if (this.#online) this.#setOnline(false);
        if (this.#stage.at === 'connected') this.#unlinked();
        else if (this.#stage.at === 'searching') this.#search();
        return;
      case 'leave':
        this.#closeDoor();
        this.#close();
        this.#effect({ type: 'close-signaling' });
        return;
      case 'close-room':
        this.#closeRoom();
        return;
      case 'give-up':
        this.#closeDoor();
        this.#fail(event.problem);
        this.#rejoin = undefined;
        this.#lost = undefined;
        this.#effect({ type: 'forget' });
        this.#effect({ type: 'close-signaling' });
        this.#over = true;
        return;
      case 'part':
        this.#giveWay();
        this.#fail({ code: 'peer-left' });
        return;
      case 'goodbye':
        this.#rejoin = undefined;
        this.#close();
        this.#problem = { code: 'peer-left' };
        this.#openAgain('closed');
        return;
      case 'sent-away':
        this.#sentAway();
        return;
      case 'dismiss':
        // Also where they have gone by themselves meanwhile.
        this.#sentAway();
        if (this.#attempt.step === 'none' && this.#stage.at !== 'connected' && this.#stage.at !== 'searching')
          return;
        this.#rejoin = undefined;
        if (this.#stage.at === 'connected') this.#effect({ type: 'disconnected' });
        this.#close();
        this.#effect({ type: 'leave' });
        this.#effect({ type: 'lost' });
        this.#openAgain('closed');
        return;
      case 'receive':
        this.#meetGuest(event.id, event.link);
        return;
      case 'invite':
        this.#lent = event.link;
        this.#party = 'host';
        this.#freshCode();
        return;
      case 'ask-first':
        this.#asksFirst = event.on;
        if (this.#asks) for (const id of this.#knocks.splice(0)) this.#visit(id);
        return;
      case 'refuse':
        if (this.#visitors.take(event.id)) this.#effect({ type: 'turn-away', id: event.id });
        return;
      case 'wait': {
        const stage = this.#stage;
        if (stage.at !== 'joining' || stage.attempt.step !== 'none' || this.#party === 'host') return;
        if (stage.waits !== true) this.#limit('door');
        this.#stage = { ...stage, waits: true };
        return;
      }
      case 'flooded': {
        const { at } = this.#stage;
        // The transport says it and the engine does: a fresh code may be shown by then.
        if (this.#shows('failed')) return;
        this.#rejoin = undefined;
        this.#effect({ type: 'forget' });
        if (at === 'connected') this.#effect({ type: 'disconnected' });
        this.#fail({ code: 'flooded' });
        return;
      }
      case 'online':
        if (event.online || this.#online) this.#setOnline(event.online);
        return;
      case 'answered':
        if (event.request === this.#releasing) {
          this.#effect({ type: 'burn' });
          this.#released();
        } else if (event.request === this.#request) this.#answered(event.answer);
        return;
      case 'refused':
        if (event.request === this.#releasing) this.#released();
        else if (event.request === this.#request) this.#refused(event.problem);
        return;
      case 'paired':
        this.#paired();
        return;
      case 'knock':
        this.#knocked(event.id);
        return;
      case 'message':
        this.#message(event.bytes);
        return;
      case 'peer-left':
        this.#unpaired('peer-left');
        return;
      case 'expired':
        this.#placeExpired(event.reason);
        return;
      case 'linked':
        this.#connected(event.certificates);
        return;
      case 'unlinked':
        this.#unlinked();
        return;
      case 'signal':
        this.#sendSignal(event.message);
        return;
      case 'path':
        if (this.#stage.at === 'connected') this.#path = event.path;
        return;
      case 'silent':
        this.#silent(event.silent);
        return;
    }
  }

  // ---- the way in

  #join(text: string): void {
    const code = parseCode(text);
    if (code.kind === 'malformed') {
      this.#fail({ code: 'code-malformed' });
      return;
    }
    if (!this.#options.canLink) {
      this.#fail({ code: 'webrtc-missing' });
      return;
    }
    // A link's secret cannot be guessed; two words can.
    const words = code.kind === 'code' ? formatCode(code) : undefined;
    if (words !== undefined && this.#spentCodes.has(words)) {
      this.#fail({ code: 'code-perhaps-guessed' });
      return;
    }
    const password = passwordOf(code);
    const unused = { passwords: [password], token: undefined };
    this.#closeDoor();
    if (code.kind === 'link') {
      this.#reset({ at: 'joining', attempt: NO_ATTEMPT, unused });
      this.#party = 'guest';
      this.#limit('guest');
      this.#ask({ type: 'knock', id: doorOf(code) });
      return;
    }
    const { role, random } = this.#options;
    const pairing = new Pairing({ party: 'guest', role, password, random });
    this.#reset({
      at: 'joining',
      attempt: { step: 'pairing', pairing, greeted: true },
      unused,
      words,
    });
    this.#party = 'guest';
    this.#limit('guest');
    this.#ask({ type: 'join', slot: code.slot, hello: pairing.pollTransmit() });
  }

  /** Both go to the meeting place at once; who comes first waits. */
  #callDevice({ device, bond, place, rung }: ConnectionEvent & { type: 'call' }): void {
    const { at } = this.#stage;
    const caller = rung === 'there' ? bond.party : otherParty(bond.party);
    const met = meetingOf(bond, place, caller);
    if (met === undefined || at === 'connected' || at === 'searching') return;
    // The code of an open room may just be read to another person: a ring alone does not end it.
    if (rung === 'here' && (at === 'opening' || this.#staysOpen)) return;
    const before = at === 'joining' ? this.#call : undefined;
    if (at === 'joining') {
      // Each has rung at the other: the later window counts, or the host.
      const same = this.#known?.device === device && this.#attempt.step === 'none';
      if (before === undefined || !same || place.generation === 'retired') return;
      const later =
        place.window - before.window || Number(caller === 'host') - Number(before.caller === 'host');
      if (later <= 0) return;
    }
    if (!this.#options.canLink) {
      this.#fail({ code: 'webrtc-missing' });
      return;
    }
    const unused = { passwords: [met.password], token: undefined };
    const shown = { stage: this.#stage, lost: this.#lost, problem: this.#problem };
    this.#reset({ at: 'joining', attempt: NO_ATTEMPT, unused });
    this.#party = bond.party;
    this.#known = { device, bond };
    this.#call = { ...place, rung: before?.rung ?? rung, caller, before: before?.before ?? shown };
    this.#limit('device');
    this.#ask({ type: 'rejoin', id: met.id, party: bond.party });
  }

  #answered({ iceServers, slot, token, expiresAt }: Answer): void {
    this.#iceServers = iceServers;
    const stage = this.#stage;
    // Asked in doubt: what is there goes on.
    if (stage.at === 'connected') return;
    if (this.#options.relayOnly && !offered(iceServers).turn) {
      this.#fail({ code: 'relay-missing' });
      return;
    }
    if (stage.at === 'opening' && slot !== undefined && expiresAt !== undefined) {
      const { random, page } = this.#options;
      const code = makeCode(slot, random);
      if (this.#lent === undefined) this.#door ??= makeDoor(slot, random);
      const link = this.#lent ?? this.#door?.link;
      if (link === undefined) return;
      this.#stage = { at: 'hosting', unused: { passwords: [passwordOf(code)], token } };
      this.#room = { code: formatCode(code), link: `${page}${formatFragment(link)}`, expiresAt };
      this.#renewAt = expiresAt - LIMITS_MS.renewAhead;
      this.#keepDoor();
      const next = this.#knocks.shift();
      if (next !== undefined) this.#answerKnock(next);
    } else if (stage.at === 'hosting' && this.#room !== undefined && expiresAt !== undefined) {
      // The room was taken back.
      this.#deadline = undefined;
      this.#room = { ...this.#room, expiresAt };
    }
  }

  #refused(problem: Problem): void {
    const stage = this.#stage;
    if (stage.at === 'searching' || stage.at === 'connected') {
      // Unless an attempt has begun meanwhile that has a limit of its own.
      if (this.#attempt.step === 'none') this.#limit('retry');
    } else if (this.#resuming !== undefined) {
      // The room is over: its guest is at the other place, if anywhere.
      if (problem.code === 'code-unknown' && this.#usedToken !== undefined) {
        this.#usedToken = undefined;
        this.#goOn();
      } else this.#deadline = this.#within('again', this.#resuming);
    } else if (
      stage.at === 'hosting' &&
      (problem.code === 'server-busy' || problem.code === 'too-many-attempts')
    ) {
      // The room is kept; its server, or what that depends on, is away for a while, or others behind the same
      // address have asked too often.
      this.#limit('again');
    } else if (stage.at === 'hosting') {
      if (problem.code === 'code-unknown' && this.#staysOpen) {
        this.#freshCode();
        return;
      }
      const expired = this.#room !== undefined && this.#now >= this.#room.expiresAt;
      const forgotten = expired ? 'code-expired' : 'code-forgotten';
      this.#fail({ ...problem, code: problem.code === 'code-unknown' ? forgotten : problem.code });
    } else if (stage.at === 'opening' && this.#shown !== 'waiting') this.#stage = { at: this.#shown };
    else if (stage.at === 'opening' || stage.at === 'joining')
      this.#fail({ ...problem, code: this.#endOfPairing(problem.code) });
  }

  // ---- pairing

  /** Each `paired` begins a new pairing: it may be about another connection of the other side. */
  #paired(): void {
    const stage = this.#stage;
    const meeting = this.#meeting;
    if (meeting !== undefined) {
      this.#pair([meeting.password], 'pairing');
      return;
    }
    if (stage.at !== 'hosting' && stage.at !== 'joining') return;
    if (stage.at === 'joining' && stage.attempt.step === 'pairing' && stage.attempt.greeted) {
      this.#stage = { ...stage, attempt: { ...stage.attempt, greeted: false } };
      this.#limit('guest');
      return;
    }
    if (stage.at === 'joining' && stage.attempt.step === 'pairing') {
      const { pairing, resuming } = stage.attempt;
      if (resuming?.password !== undefined) {
        this.#pair([resuming.password], 'pairing');
        return;
      }
      if (pairing.wayBack !== undefined && pairing.said !== undefined) {
        // Another connection of the same other side, which may have missed it.
        this.#setAttempt({ ...stage.attempt, resuming: undefined });
        this.#limit(stage.unused === undefined ? 'pairing' : 'guest');
        this.#effect({ type: 'send', bytes: pairing.said });
        return;
      }
    }
    // Without unused words this is the server's wish for a second guess at them.
    if (stage.unused !== undefined)
      this.#pair(
        stage.unused.passwords,
        this.#party === 'host' || this.#call !== undefined ? 'pairing' : 'guest',
      );
  }

  #pair(passwords: readonly Password[], limit: LimitName): void {
    const { role, random } = this.#options;
    const [password] = passwords;
    if (password === undefined) return;
    if (this.#stage.at !== 'connected') this.#unlink();
    this.#dropAttempt();
    const pairing =
      this.#party === 'host'
        ? new Pairing({ party: 'host', role, passwords, random })
        : new Pairing({ party: 'guest', role, password, random });
    const stage = this.#stage;
    if (stage.at === 'hosting') this.#stage = { at: 'joining', attempt: NO_ATTEMPT, unused: stage.unused };
    else if (stage.at === 'joining' && stage.waits === true) this.#stage = { ...stage, waits: false };
    this.#setAttempt({ step: 'pairing', pairing, greeted: false });
    this.#limit(limit);
    this.#drainPairing(pairing);
  }

  #message(bytes: Uint8Array): void {
    const sealed = this.#sealed();
    if (sealed !== undefined) {
      this.#open(sealed, bytes);
      return;
    }
    const attempt = this.#attempt;
    if (attempt.step !== 'pairing') return;
    if (this.#stage.at === 'joining') {
      this.#usedToken = this.#stage.unused?.token ?? this.#usedToken;
      this.#stage = { ...this.#stage, unused: undefined };
    }
    this.#limit('pairing');
    attempt.pairing.handleMessage(bytes);
    // Kept before the proof leaves.
    if (this.#stage.at === 'joining' && this.#stage.words !== undefined && attempt.pairing.proved)
      this.#spentCodes.add(this.#stage.words);
    this.#drainPairing(attempt.pairing);
    // The other side answers in a round trip; until then a connection can be prepared. Beside one in use its
    // first lane would take the other's number.
    if (this.#attempt === attempt && this.#options.canLink && this.#stage.at !== 'connected')
      this.#effect({ type: 'prepare', iceServers: this.#iceServers });
  }

  #drainPairing(pairing: Pairing): void {
    const event = pairing.pollEvent();
    const copied = this.#call?.generation === 'retired';
    // The way back is kept before the message that lets the other side move on.
    if (event?.type === 'confirmed' && !copied) {
      const unasked = this.#call?.rung === 'here';
      this.#giveWay();
      this.#advanceBond(event.keys);
      this.#advanceRejoin(event.keys, unasked);
    }
    for (let bytes = pairing.pollTransmit(); bytes !== undefined; bytes = pairing.pollTransmit())
      this.#effect({ type: 'send', bytes });
    if (event?.type === 'failed') this.#pairingFailed(event.problem);
    else if (event?.type === 'confirmed' && copied) this.#tellCopy(event.keys);
    else if (event?.type === 'confirmed') this.#link(event.keys);
  }

  /** Whoever is there has the secret that was used before; the one who has used it has another since. */
  #tellCopy(keys: SessionKeys): void {
    const sealed = new SealedChannel(this.#party, keys);
    this.#setAttempt({ step: 'linking', keys, sealed, here: new Set(), there: new Set() });
    this.#forgetCopied();
    this.#fail({ code: 'device-copied' });
  }

  #forgetCopied(): void {
    if (this.#known !== undefined) this.#effect({ type: 'forget-bond', device: this.#known.device });
    this.#known = undefined;
  }

  /** A meeting has used the secret up. */
  #advanceBond(keys: SessionKeys): void {
    if (this.#call === undefined || this.#known === undefined) return;
    this.#keepBond(advanceBond(this.#known.bond, this.#call.generation, keys));
    this.#unsettled = true;
    this.#call = undefined;
  }

  #keepBond(bond: Bond): void {
    if (this.#known === undefined) return;
    this.#known = { ...this.#known, bond };
    this.#effect({ type: 'keep-bond', ...this.#known });
  }

  #pairingFailed(code: ProblemCode): void {
    if (this.#stage.at === 'searching' || this.#stage.at === 'connected') {
      if (this.#stage.at === 'searching') this.#unlink();
      this.#dropAttempt();
      this.#limit('retry');
      return;
    }
    // The same words are not to be guessed at again.
    this.#effect({ type: 'burn' });
    this.#fail({ code: this.#endOfPairing(code) });
  }

  /** Every end after this side's proof says that the other side may have tested a guess against it. */
  #endOfPairing(code: ProblemCode): ProblemCode {
    if (this.#call !== undefined) return this.#endOfCall(code);
    const { words } = this.#stage.at === 'joining' ? this.#stage : {};
    const spent = words !== undefined && this.#spentCodes.has(words);
    return spent && code !== 'code-guessed' ? 'code-perhaps-guessed' : code;
  }

  /** There is no code that one could ask for. */
  #endOfCall(code: ProblemCode): ProblemCode {
    if (code === 'same-role') return 'device-same-page';
    return code === 'code-unknown' || code === 'connection-lost' ? 'device-silent' : code;
  }

  #advanceRejoin(keys: SessionKeys, unasked: boolean): void {
    if (this.#stage.at === 'joining' && this.#stage.words !== undefined)
      this.#spentCodes.delete(this.#stage.words);
    const meeting = this.#meeting;
    this.#rejoin =
      this.#rejoin !== undefined && meeting !== undefined
        ? advanceRejoin(this.#rejoin, meeting, keys)
        : beginRejoin(this.#party, keys);
    if (meeting === undefined) {
      this.#lost = undefined;
      this.#effect({ type: 'met', unasked });
    }
    this.#effect({ type: 'keep', rejoin: this.#rejoin });
  }

  // ---- linking

  #link(keys: SessionKeys): void {
    this.#room = undefined;
    this.#unlink();
    const sealed = new SealedChannel(this.#party, keys);
    this.#setAttempt({ step: 'linking', keys, sealed, here: new Set(), there: new Set() });
    if (!this.#options.canLink) {
      this.#fail({ code: 'webrtc-missing' });
      return;
    }
    this.#linked = true;
    this.#effect({ type: 'link', iceServers: this.#iceServers });
    this.#limit('link');
  }

  #sendSignal(message: unknown): void {
    const attempt = this.#attempt;
    if (attempt.step === 'linking') for (const kind of candidateKinds(message)) attempt.here.add(kind);
    const bytes = this.#sealed()?.seal(SIGNAL, encoder.encode(JSON.stringify(message)));
    if (bytes !== undefined) this.#effect({ type: 'send', bytes });
  }

  #open(sealed: SealedChannel, bytes: Uint8Array): void {
    const opened = sealed.open(bytes);
    if (!opened.ok) {
      // Once connected the server's messages do not matter any more.
      if (this.#stage.at !== 'connected') this.#fail({ code: 'tampered' });
      return;
    }
    if (this.#rejoin?.previous !== undefined) {
      this.#rejoin = settleRejoin(this.#rejoin);
      this.#effect({ type: 'keep', rejoin: this.#rejoin });
    }
    if (this.#unsettled && this.#known !== undefined) {
      this.#unsettled = false;
      this.#keepBond(settleBond(this.#known.bond));
    }
    if (opened.type === GIVEN_UP) this.#givenUp(decoder.decode(opened.plaintext));
    if (opened.type !== SIGNAL) return;
    let message: unknown;
    try {
      message = JSON.parse(decoder.decode(opened.plaintext));
    } catch {
      return;
    }
    const attempt = this.#attempt;
    if (attempt.step === 'linking') for (const kind of candidateKinds(message)) attempt.there.add(kind);
    if (this.#linked) this.#effect({ type: 'signal', message });
  }

  /** The other side does not try any longer: there is nothing to wait for. */
  #givenUp(reason: string): void {
    if (this.#attempt.step !== 'linking') return;
    if (reason === 'device-copied' && this.#known !== undefined) {
      this.#forgetCopied();
      this.#end({ code: 'device-copied' });
      return;
    }
    // About the path this side knows as much, and says it from its own side.
    this.#end({ code: NO_PATH.has(reason) ? this.#noPath() : explainGivenUp(reason) });
  }

  #noPath(): ProblemCode {
    const attempt = this.#attempt;
    const { here, there } =
      attempt.step === 'linking' ? attempt : { here: new Set<string>(), there: new Set<string>() };
    return explainNoPath({ ...offered(this.#iceServers), here, there });
  }

  #connected(certificates: readonly [string, string] | undefined): void {
    const attempt = this.#attempt;
    if (attempt.step !== 'linking') return;
    const { keys, sealed } = attempt;
    this.#deadline = undefined;
    this.#fingerprint = certificates === undefined ? undefined : fingerprint(keys, certificates);
    this.#problem = undefined;
    this.#usedToken = undefined;
    this.#stage = { at: 'connected', keys, sealed };
    for (const id of this.#knocks.splice(0)) this.#visit(id);
    this.#effect({ type: 'connected' });
  }

  #unlinked(): void {
    const { at } = this.#stage;
    if (at === 'connected') {
      const doubted = this.#meeting !== undefined;
      this.#giveWay();
      // At the meeting place already: what has begun there goes on.
      if (!doubted) this.#search();
      else if (this.#attempt.step === 'none') this.#limit('search');
      return;
    }
    this.#unlink();
    if (at === 'joining') this.#fail({ code: this.#noPath() });
    else if (at === 'searching') this.#meet();
  }

  // ---- the way back

  /** While connected: whether to wait for the other side at the meeting place as well. */
  #silent(silent: boolean): void {
    const stage = this.#stage;
    if (stage.at !== 'connected' || silent === (stage.doubt !== undefined)) return;
    this.#stage = { ...stage, doubt: silent ? { attempt: NO_ATTEMPT, meeting: undefined } : undefined };
    if (silent) this.#meet();
    else {
      this.#deadline = undefined;
      this.#effect({ type: 'discard-prepared' });
      this.#effect({ type: 'leave' });
    }
  }

  /** The connection is over, by itself or for a new one. */
  #giveWay(): void {
    const stage = this.#stage;
    if (stage.at !== 'connected') return;
    this.#unlink();
    const { attempt, meeting } = stage.doubt ?? { attempt: NO_ATTEMPT, meeting: undefined };
    this.#stage = { at: 'searching', attempt, meeting, until: this.#now + LIMITS_MS.search };
    this.#effect({ type: 'disconnected' });
  }

  #search(): void {
    const meeting = this.#stage.at === 'searching' ? this.#stage.meeting : undefined;
    this.#drop();
    this.#stage = { at: 'searching', attempt: NO_ATTEMPT, until: this.#now + LIMITS_MS.search, meeting };
    this.#meet();
  }

  /**
   * Goes to the meeting place, in turns where there are two, and stays until the server says that both are
   * there.
   */
  #meet(): void {
    const stage = this.#stage;
    this.#deadline = undefined;
    const doubting = stage.at === 'connected' && stage.doubt !== undefined;
    if ((stage.at !== 'searching' && !doubting) || this.#suspended || this.#rejoin === undefined) return;
    if (stage.at === 'connected') this.#dropAttempt();
    else {
      this.#drop();
      if (stage.until <= this.#now) {
        const lost = this.#rejoin;
        this.#fail({ code: 'connection-lost' });
        // In this page's memory alone, until another code or a goodbye.
        this.#lost = lost;
        return;
      }
      this.#deadline = { limit: 'search', at: stage.until };
    }
    // `online` leads here again.
    if (!this.#online) return;
    const places = rendezvousOf(this.#rejoin);
    const before = this.#meeting;
    const place = places[(places.findIndex(({ id }) => id === before?.id) + 1) % places.length];
    if (place === undefined) return;
    const meeting = { attempt: NO_ATTEMPT, meeting: place };
    this.#stage = stage.at === 'searching' ? { ...stage, ...meeting } : { ...stage, doubt: meeting };
    // Asking again gives up the place held, while the other side may just be arriving: only where there is
    // another place.
    if (places.length > 1) this.#limit('retry');
    this.#ask({ type: 'rejoin', id: place.id, party: this.#party });
  }

  // ---- the server

  #setOnline(online: boolean): void {
    const stage = this.#stage;
    this.#online = online;
    if (online) this.#keepDoor();
    if (!online) this.#unpaired('server-away');
    else if (stage.at === 'connected' || (stage.at === 'searching' && !this.#linked)) this.#meet();
    else if (stage.at === 'hosting' && stage.unused.token !== undefined)
      this.#ask({ type: 'reopen', token: stage.unused.token });
    else if (this.#resuming !== undefined) this.#goOn();
    else if (stage.at === 'failed' && this.#usedToken !== undefined) {
      // What we answered may not have reached the server: then the guest waits in a room to which its host
      // does not return.
      this.#ask({ type: 'reopen', token: this.#usedToken });
      this.#usedToken = undefined;
      this.#releasing = this.#request;
    } else if (stage.at === 'failed' || stage.at === 'closed') this.#openAgain(stage.at);
  }

  /** Nothing reaches the other side through the server any more. */
  #unpaired(code: ProblemCode): void {
    const stage = this.#stage;
    if (stage.at === 'hosting') this.#limit('away');
    else if (stage.at === 'joining' && code === 'server-away' && stage.unused?.token !== undefined) {
      // Nothing was said yet: the room can still be taken back. A server that restarts has forgotten it.
      this.#drop();
      this.#stage = { at: 'hosting', unused: stage.unused };
      this.#limit('away');
    } else if (stage.at === 'joining') {
      if (this.#linked) this.#limit('unpaired');
      else this.#resume(code);
    } else if (stage.at === 'searching' && this.#linked) this.#limit('unpaired');
    else if (this.#attempt.step === 'pairing') this.#meet();
  }

  /** The same pairing goes on at another place, if the other side knows of one. */
  #resume(problem: ProblemCode): void {
    const attempt = this.#attempt;
    if (attempt.step !== 'pairing' || attempt.greeted || attempt.pairing.wayBack === undefined) {
      this.#pairingFailed(problem);
      return;
    }
    const before = attempt.resuming ?? { until: this.#now + LIMITS_MS.resume, problem, turn: 0 };
    this.#setAttempt({ ...attempt, resuming: before });
    this.#goOn();
  }

  /**
   * Goes where the other side may be: a host to its room, where its guest waits if nothing was heard of it,
   * or to the place that both know of their pairing. A guest that has proved itself does not know whether
   * the host is confirmed: then that one is where the session is met again.
   */
  #goOn(): void {
    const attempt = this.#attempt;
    if (attempt.step !== 'pairing' || attempt.resuming === undefined) return;
    const { pairing, resuming } = attempt;
    if (resuming.until <= this.#now) {
      this.#pairingFailed(resuming.problem);
      return;
    }
    this.#deadline = { limit: 'resume', at: resuming.until };
    // `online` leads here again.
    if (!this.#online || this.#suspended) return;
    if (this.#usedToken !== undefined) {
      this.#ask({ type: 'reopen', token: this.#usedToken });
      return;
    }
    const { wayBack, unconfirmedKeys } = pairing;
    const places = [
      ...(wayBack === undefined ? [] : [{ id: wayBack, password: undefined }]),
      ...(unconfirmedKeys === undefined ? [] : rendezvousOf(beginRejoin(this.#party, unconfirmedKeys))),
    ];
    const place = places[resuming.turn % places.length];
    if (place === undefined) return;
    if (places.length > 1) this.#deadline = this.#within('retry', resuming);
    const { password } = place;
    this.#setAttempt({ ...attempt, resuming: { ...resuming, turn: resuming.turn + 1, password } });
    this.#ask({ type: 'rejoin', id: place.id, party: this.#party });
  }

  #placeExpired(reason: ExpiredReason): void {
    const { at } = this.#stage;
    if (at === 'searching') {
      if (reason === 'time') this.#meet();
      else this.#fail({ code: 'connection-lost' });
    } else if (at === 'connected' && reason === 'time') this.#meet();
    else if (this.#staysOpen && (at === 'hosting' || at === 'opening')) this.#freshCode();
    else if (CONNECTION[at] === 'waiting') this.#fail({ code: 'code-expired' });
    else if (at === 'joining' && reason === 'occupied') this.#fail({ code: 'room-occupied' });
    // The guest of a host who did not return.
    else if (at === 'joining') this.#pairingFailed('code-unknown');
  }

  // ---- time

  #expire(limit: LimitName): void {
    const attempt = this.#attempt;
    const stage = this.#stage;
    switch (limit) {
      case 'door':
        this.#fail({ code: 'room-occupied' });
        return;
      case 'guest':
        this.#pairingFailed(
          attempt.step === 'none' || (attempt.step === 'pairing' && attempt.greeted)
            ? 'peer-left'
            : 'connection-lost',
        );
        return;
      case 'device':
        if (this.#call?.rung === 'here') this.#rungInVain(this.#call);
        else this.#fail({ code: 'device-silent' });
        return;
      case 'pairing':
        if (attempt.step === 'none') this.#noOneKnocks();
        else this.#pairingFailed('connection-lost');
        return;
      case 'link':
        this.#unlinked();
        return;
      case 'again':
        if (stage.at === 'hosting' && stage.unused.token !== undefined && this.#online)
          this.#ask({ type: 'reopen', token: stage.unused.token });
        return;
      case 'away':
        if (this.#shown === 'waiting') this.#fail({ code: 'server-away' });
        else {
          // What ended before is still what there is to say.
          this.#room = undefined;
          this.#stage = { at: this.#shown };
        }
        return;
      case 'unpaired':
        // Both sides have the keys and no connection yet: they meet again with them.
        if (this.#stage.at === 'joining') this.#search();
        else this.#meet();
        return;
      case 'resume':
        this.#goOn();
        return;
      case 'search':
      case 'retry':
        this.#meet();
        return;
    }
  }

  #limit(limit: LimitName): void {
    this.#deadline = { limit, at: this.#now + LIMITS_MS[limit] };
  }

  /** The next look of a pairing that goes on elsewhere. */
  #within(limit: LimitName, { until }: Resuming): { limit: LimitName; at: number } {
    return { limit: 'resume', at: Math.min(until, this.#now + LIMITS_MS[limit]) };
  }

  // ---- parts

  get #resuming(): Resuming | undefined {
    const attempt = this.#attempt;
    return attempt.step === 'pairing' ? attempt.resuming : undefined;
  }

  get #attempt(): Attempt {
    const stage = this.#stage;
    if (stage.at === 'connected') return stage.doubt?.attempt ?? NO_ATTEMPT;
    return stage.at === 'joining' || stage.at === 'searching' ? stage.attempt : NO_ATTEMPT;
  }

  /** Where the other side of a session is waited for. */
  get #meeting(): Rendezvous | undefined {
    const stage = this.#stage;
    if (stage.at === 'connected') return stage.doubt?.meeting;
    return stage.at === 'searching' ? stage.meeting : undefined;
  }

  #setAttempt(attempt: Attempt): void {
    const stage = this.#stage;
    if (stage.at === 'joining' || stage.at === 'searching') this.#stage = { ...stage, attempt };
    else if (stage.at === 'connected' && stage.doubt !== undefined)
      this.#stage = { ...stage, doubt: { ...stage.doubt, attempt } };
  }

  #sealed(): SealedChannel | undefined {
    const attempt = this.#attempt;
    if (this.#stage.at === 'connected' && attempt.step === 'none') return this.#stage.sealed;
    return attempt.step === 'linking' ? attempt.sealed : undefined;
  }

  #ask(ask: Ask): void {
    this.#request += 1;
    this.#effect({ type: 'ask', request: this.#request, ask });
  }

  #unlink(): void {
    this.#path = undefined;
    if (!this.#linked) return;
    this.#linked = false;
    this.#effect({ type: 'unlink' });
  }

  /** Ends whatever was begun with the other side. */
  #drop(): void {
    this.#unlink();
    this.#dropAttempt();
  }

  /** Ends a pairing; the connection in use stays. */
  #dropAttempt(): void {
    this.#effect({ type: 'discard-prepared' });
    this.#setAttempt(NO_ATTEMPT);
  }

  #reset(stage: Stage): void {
    this.#deadline = undefined;
    this.#drop();
    this.#rejoin = undefined;
    this.#lost = undefined;
    this.#room = undefined;
    this.#problem = undefined;
    this.#fingerprint = undefined;
    this.#usedToken = undefined;
    this.#releasing = undefined;
    this.#known = undefined;
    this.#call = undefined;
    this.#unsettled = false;
    this.#stage = stage;
  }

  #close(): void {
    this.#lost = undefined;
    this.#deadline = undefined;
    this.#drop();
    this.#effect({ type: 'forget' });
    this.#stage = { at: 'closed' };
  }

  /** Gives up for good. The other side is notified, where it can be: it would search for a minute. */
  #fail(problem: Problem): void {
    const attempt = this.#attempt;
    if (attempt.step === 'linking')
      this.#effect({ type: 'send', bytes: attempt.sealed.seal(GIVEN_UP, encoder.encode(problem.code)) });
    this.#end(problem);
  }

  #end(problem: Problem): void {
    this.#deadline = undefined;
    this.#drop();
    this.#room = undefined;
    this.#rejoin = undefined;
    this.#effect({ type: 'forget' });
    // The other side, if it still arrives, should not wait for us.
    this.#effect({ type: 'leave' });
    this.#problem = problem;
    const met = this.#stage.at !== 'opening' && this.#stage.at !== 'hosting';
    this.#stage = { at: 'failed' };
    this.#effect({ type: 'lost' });
    if (problem.code === 'code-guessed') this.#guesses += 1;
    if (met) this.#openAgain('failed');
  }

  // ---- the room that stays open

  /** Another guest may come: with a fresh code, or by the link. */
  #openAgain(shown: Shown): void {
    if (this.#door === undefined || !this.#online || this.#suspended) return;
    if (this.#guesses >= MAX_GUESSES) {
      const next = this.#knocks.shift();
      if (next !== undefined) this.#answerKnock(next);
      return;
    }
    const away = this.#problem?.code === 'server-away';
    if (away) this.#problem = undefined;
    this.#shown = away ? 'waiting' : shown;
    this.#freshCode();
  }

  /** The room whose words are used is gone. */
  #released(): void {
    this.#releasing = undefined;
    if (this.#stage.at === 'failed') this.#openAgain('failed');
  }

  /** Whoever knocked did not wait, and nothing is lost by that. */
  #noOneKnocks(): void {
    this.#reset({ at: 'closed' });
    this.#effect({ type: 'leave' });
    this.#openAgain('waiting');
  }

  /** A ring alone takes nothing from the page. */
  #rungInVain({ before }: Call): void {
    this.#reset(before.stage);
    this.#lost = before.lost;
    this.#problem = before.problem;
    this.#effect({ type: 'leave' });
  }

  /** It is how the last connection ended, whether or not a code waits meanwhile. */
  #shows(shown: Shown): boolean {
    const { at } = this.#stage;
    return at === shown || ((at === 'opening' || at === 'hosting') && this.#shown === shown);
  }

  #freshCode(): void {
    this.#deadline = undefined;
    // Of the session before it may have been the guest, who has met a remembered device.
    this.#party = 'host';
    this.#known = undefined;
    this.#call = undefined;
    this.#stage = { at: 'opening' };
    this.#ask({ type: 'open' });
  }

  #renew(): void {
    this.#renewAt = Infinity;
    this.#keepDoor();
    if (this.#staysOpen && this.#stage.at === 'hosting' && this.#online) this.#freshCode();
    else if (this.#door !== undefined) this.#renewAt = this.#now + LIMITS_MS.renewDoor;
  }

  #keepDoor(): void {
    if (this.#door === undefined) return;
    const { id, token } = this.#door;
    this.#effect({ type: 'open-door', id, token });
  }

  /** A code that is over is followed by a fresh one. */
  get #staysOpen(): boolean {
    return this.#door !== undefined || this.#lent !== undefined;
  }

  get #severalGuests(): boolean {
    return this.#options.several === true;
  }

  get #asks(): boolean {
    return this.#severalGuests && (this.#asksFirst || this.#dismissed);
  }

  /** The person is asked about them, where there is room for more than one. */
  #visit(id: string): void {
    if (this.#severalGuests && this.#visitors.add(id, this.#now + LIMITS_MS.door))
      this.#effect({ type: 'let-wait', id });
    else this.#effect({ type: 'turn-away', id });
  }

  /** With the link they could be back at once. */
  #sentAway(): void {
    if (this.#door === undefined) return;
    this.#dismissed = true;
    for (const id of this.#knocks.splice(0)) this.#visit(id);
  }

  #knocked(id: string): void {
    if (this.#door === undefined || this.#heard.has(id)) return;
    if (this.#heard.size >= MAX_HEARD) this.#heard.clear();
    this.#heard.add(id);
    const { at } = this.#stage;
    const perhaps = at === 'joining' || (at === 'searching' && !this.#severalGuests);
    if (this.#asks || at === 'connected' || (at === 'searching' && !perhaps)) this.#visit(id);
    else if (!perhaps) this.#answerKnock(id);
    else if (this.#knocks.length < MAX_KNOCKS) this.#knocks.push(id);
    else this.#effect({ type: 'turn-away', id });
  }

  /** The code gives up its place, and a fresh one follows when this guest is gone. */
  #answerKnock(id: string): void {
    if (this.#door !== undefined) this.#meetGuest(id, this.#door.link);
  }

  #meetGuest(id: string, link: RoomLink): void {
    const unused = { passwords: [passwordOf(link)], token: undefined };
    this.#reset({ at: 'joining', attempt: NO_ATTEMPT, unused });
    this.#party = 'host';
    this.#limit('pairing');
    this.#ask({ type: 'rejoin', id, party: 'host' });
  }

  #closeRoom(): void {
    const { at } = this.#stage;
    this.#closeDoor();
    if (at === 'joining' || at === 'connected' || at === 'searching') return;
    this.#reset({ at: 'closed' });
    this.#effect({ type: 'leave' });
  }

  #closeDoor(): void {
    if (this.#door === undefined) return;
    const { id, token } = this.#door;
    this.#effect({ type: 'close-door', id, token });
    const waiting = [...this.#knocks.splice(0), ...this.#visitors.takeLate(Infinity)];
    for (const one of waiting) this.#effect({ type: 'turn-away', id: one });
    this.#dismissed = false;
    this.#door = undefined;
    this.#renewAt = Infinity;
  }

  #effect(effect: ConnectionEffect): void {
    this.#effects.push(effect);
  }
}

/** A room's link, made with its first code. */
function makeDoor(slot: string, random: Random): Door {
  const link = makeLink(slot, random);
  return { id: doorOf(link), token: toBase64Url(random(TOKEN_BYTES)), link };
}
