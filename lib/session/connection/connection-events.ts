/** What a connection machine hears, what it has its owner do, and what the page shows of it. */
import type { ExpiredReason } from '../../../signaling/wire/messages.ts';
import type { ConnectionState, DeviceCall, Party, Problem, Role, Room } from '../model.ts';
import type { Bond, BondPlace } from '../pairing/bond.ts';
import type { Random } from '../pairing/code.ts';
import type { RoomLink } from '../pairing/link.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import type { KeptRoom } from './invitation.ts';

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
  | (Remembered & { readonly type: 'call'; readonly place: BondPlace; readonly rung: DeviceCall['rung'] })
  /** Both persons want it: the device connected now is remembered; `undefined`: it was forgotten. */
  | { readonly type: 'remembered'; readonly remembered: Remembered | undefined }
  /**
   * The session of before a reload, perhaps with a remembered device, or a companion's; in the place of
   * whatever there is.
   */
  | { readonly type: 'resume'; readonly rejoin: RejoinState; readonly known?: Remembered | undefined }
  /** The room of before a reload, beside that session or without one: its link works again. */
  | { readonly type: 'reopen'; readonly room: KeptRoom }
  /** The session beside this companion is over. */
  | { readonly type: 'part' }
  /**
   * The page goes away, perhaps to return: nothing is begun that it could not finish. `forGood`: it is at
   * most loaded anew. Its room is closed until then.
   */
  | { readonly type: 'suspend'; readonly forGood?: boolean }
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
  /** They wait no longer. */
  | { readonly type: 'visitor-left'; readonly id: string }
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
  /** Whoever is knocked or rung at has been notified, and decides. */
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
  /** Keep this through a reload: what the room of this page is opened again with. */
  | { readonly type: 'keep-room'; readonly room: KeptRoom }
  /** The room with this token is closed. */
  | { readonly type: 'forget-room'; readonly token: string }
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
  /** Meetings at which people with the link, or remembered devices, wait to be let in. */
  readonly visitors: readonly string[];
  /** Which of them are devices, by their names in this browser's list. */
  readonly callers: Readonly<Record<string, string>>;
  /** This side waits to be let in. */
  readonly waitsAtDoor: boolean;
  /** More people may be let in beside the one who is connected. */
  readonly canInvite: boolean;
  readonly party: Party;
  /** The remembered device that is met, by its name in this browser's list. */
  readonly device: string | undefined;
}
