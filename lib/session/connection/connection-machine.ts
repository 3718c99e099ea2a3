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
 * Its parts are values that know nothing of each other: the stage with its attempt, the invitation (code and
 * link), admission (who of those with the link is met), the way back, the remembered device, the server's
 * answers, and the deadline. This file decides what an event means to all of them.
 *
 * The owner carries out the effects of `handle` and `handleTimeout` in order, and calls `handleTimeout` at
 * `nextTimeout`.
 */
import type { DeviceCall, Party, Problem, ProblemCode } from '../model.ts';
import type { ExpiredReason } from '../../../signaling/wire/messages.ts';
import { formatCode, parseCode, passwordOf } from '../pairing/code.ts';
import { meetingOf, otherParty } from '../pairing/bond.ts';
import { fingerprint } from '../pairing/fingerprint.ts';
import { companionSecret } from '../pairing/companion.ts';
import { doorOf } from '../pairing/door.ts';
import type { RoomLink } from '../pairing/link.ts';
import { Pairing } from '../pairing/pairing.ts';
import type { Password } from '../pairing/password.ts';
import { beginRejoin, rendezvousOf, type RejoinState, type Rendezvous } from '../pairing/rejoin.ts';
import type { SealedChannel } from '../pairing/sealed-channel.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';
import { candidateKinds } from '../../transport/signals.ts';
import { Admission, type KnockEffect } from './admission.ts';
import type {
  Answer,
  Ask,
  ConnectionEffect,
  ConnectionEvent,
  ConnectionMachineOptions,
  ConnectionView,
  Remembered,
} from './connection-events.ts';
import { Deadline } from './deadline.ts';
import { DeviceMeeting, type Call } from './device-meeting.ts';
import { Invitation, type KeptRoom } from './invitation.ts';
import { AWAKE_MS, LIMITS_MS, type LimitName } from './limits.ts';
import { explainGivenUp, explainNoPath, NO_PATH, offered } from './no-path.ts';
import { openMessage, sealMessage } from './sealed-message.ts';
import { ServerRequests } from './server-requests.ts';
import {
  attemptAt,
  CONNECTION,
  linking,
  meetingAt,
  NO_ATTEMPT,
  resumingAt,
  sealedAt,
  withAttempt,
  type Attempt,
  type Resuming,
  type Stage,
} from './stage.ts';
import { WayBack } from './way-back.ts';

/** Which events count when all is over: the page begins anew, or lets go of the server. */
const BEGINS: ReadonlySet<ConnectionEvent['type']> = new Set(['open', 'join', 'call', 'resume', 'leave']);

type Shown = 'waiting' | 'failed' | 'closed';

export class ConnectionMachine {
  readonly #options: ConnectionMachineOptions;
  /** See `ConnectionMachineOptions`. */
  readonly #spentCodes: Set<string>;
  #stage: Stage = { at: 'idle' };
  /** Who showed the code and who entered it, from then on. */
  #party: Party = 'host';
  readonly #invitation = new Invitation();
  readonly #admission: Admission;
  readonly #device = new DeviceMeeting();
  readonly #wayBack = new WayBack();
  readonly #requests = new ServerRequests();
  readonly #deadline = new Deadline();
  /** What the page shows while a fresh code is made and waits: how the last connection ended. */
  #shown: Shown = 'waiting';
  #problem: Problem | undefined;
  #fingerprint: string | undefined;
  /** The server is there. */
  #online = false;
  /** As the server named them last. */
  #iceServers: readonly RTCIceServer[] = [];
  /** The transport in use; what it reports after it was given up is ignored by the owner. */
  #link: { readonly path: 'direct' | 'relayed' | undefined } | undefined;
  /** `suspended`: it is going away or frozen. `over`: nothing is begun any more. */
  #page: 'active' | 'suspended' | 'over' = 'active';
  /** Unix milliseconds. */
  #now = 0;
  #effects: ConnectionEffect[] = [];

  constructor(options: ConnectionMachineOptions) {
    this.#options = options;
    this.#spentCodes = options.spentCodes ?? new Set();
    this.#admission = new Admission(options.several === true);
  }

  view(): ConnectionView {
    const stage = this.#stage;
    return {
      connection: stage.at === 'opening' || stage.at === 'hosting' ? this.#shown : CONNECTION[stage.at],
      problem: this.#problem,
      room: this.#invitation.room,
      path: this.#link?.path,
      fingerprint: this.#fingerprint,
      serverOnline: this.#online,
      searchUntil: stage.at === 'searching' ? stage.until : undefined,
      canContinue: this.#shows('failed') && this.#wayBack.givenUp !== undefined,
      visitors: this.#admission.visitors,
      callers: this.#admission.callers,
      waitsAtDoor: stage.at === 'joining' && stage.waits === true,
      canInvite: this.#admission.several && this.#invitation.door !== undefined,
      party: this.#party,
      device: this.#device.known?.device,
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
    return Math.min(this.#deadline.at, this.#invitation.renewAt, this.#admission.nextTimeout);
  }

  /**
   * `now`: Unix milliseconds, never decreasing. Throws nothing, whatever the server or the other side sent.
   */
  handle(event: ConnectionEvent, now: number): ConnectionEffect[] {
    this.#advance(now);
    if (this.#page === 'over' && event.type !== 'leave') return [];
    const asks = this.#invitation.door !== undefined || this.#admission.visitors.length > 0;
    if (this.#stage.at !== 'closed' || BEGINS.has(event.type) || asks) this.#dispatch(event);
    return this.#effects.splice(0);
  }

  handleTimeout(now: number): ConnectionEffect[] {
    this.#advance(now);
    const limit = this.#deadline.takeDue(now);
    if (limit !== undefined) this.#expire(limit);
    if (now >= this.#invitation.renewAt) this.#renew();
    this.#carryOut(this.#admission.takeLate(now));
    return this.#effects.splice(0);
  }

  /** A room is held whose words were not used yet: its place can be taken back on a new connection. */
  get canReturn(): boolean {
    const stage = this.#stage;
    return (stage.at === 'hosting' || stage.at === 'joining') && stage.unused?.token !== undefined;
  }

  /** This visitor is met by another machine (`receive`, `call`); `undefined`: they wait no longer. */
  letIn(id: string): RoomLink | DeviceCall | undefined {
    const link = this.#admission.callOf(id) ?? this.link;
    return link !== undefined && this.#admission.take(id) ? link : undefined;
  }

  /** What another machine needs to show a code beside this one's link (`invite`). */
  get link(): RoomLink | undefined {
    return this.#invitation.door?.link;
  }

  #advance(now: number): void {
    this.#now = now;
    const stage = this.#stage;
    if (this.#deadline.allowForSleep(now) && stage.at === 'searching')
      this.#stage = { ...stage, until: Math.max(stage.until, now + AWAKE_MS) };
  }

  #dispatch(event: ConnectionEvent): void {
    switch (event.type) {
      // the person, and the page's life
      case 'open':
        return this.#openRoom();
      case 'join':
        return this.#join(event.text);
      case 'call':
        return this.#callDevice(event);
      case 'remembered':
        return this.#remember(event.remembered);
      case 'resume':
        return this.#resume(event.rejoin, event.known);
      case 'reopen':
        return this.#reopen(event.room);
      case 'part':
        this.#giveWay();
        return this.#fail({ code: 'peer-left' });
      case 'suspend':
        this.#page = 'suspended';
        if (event.forGood === true) this.#closeRoom();
        return this.#effect({ type: 'hang-up' });
      case 'wake':
        return this.#wake();
      case 'continue':
        return this.#continue();
      case 'leave':
        this.#closeDoor();
        this.#close();
        return this.#effect({ type: 'close-signaling' });
      case 'close-room':
        return this.#closeRoom();
      case 'receive':
        return this.#meetGuest(event.id, event.link);
      case 'invite':
        return this.#showCodeFor(event.link);
      case 'ask-first':
        return this.#carryOut(this.#admission.setOthers(event.on, this.#now));
      case 'refuse':
        return this.#refuse(event.id);
      case 'visitor-left':
        this.#admission.take(event.id);
        return undefined;
      case 'sent-away':
        return this.#sentAway();
      case 'dismiss':
        return this.#dismiss();
      case 'give-up':
        return this.#giveUp(event.problem);
      case 'goodbye':
        return this.#goodbye();
      case 'flooded':
        return this.#flooded();
      // the server
      case 'online':
        return event.online || this.#online ? this.#setOnline(event.online) : undefined;
      case 'answered':
        return this.#answered(event.request, event.answer);
      case 'refused':
        return this.#refused(event.request, event.problem);
      case 'paired':
        return this.#paired();
      case 'knock':
        return this.#knocked(event.id);
      case 'wait':
        return this.#waitAtDoor();
      case 'message':
        return this.#message(event.bytes);
      case 'peer-left':
        return this.#unpaired('peer-left');
      case 'expired':
        return this.#placeExpired(event.reason);
      // the transport in use
      case 'linked':
        return this.#connected(event.certificates);
      case 'unlinked':
        return this.#unlinked();
      case 'signal':
        return this.#sendSignal(event.message);
      case 'path':
        return this.#setPath(event.path);
      case 'silent':
        return this.#silent(event.silent);
    }
  }

  // ---- the way in

  #openRoom(): void {
    this.#invitation.forgiveGuesses();
    this.#shown = 'waiting';
    this.#reset({ at: 'opening' });
    this.#party = 'host';
    // No code is shown, and none is used up, by a browser that can do nothing with it.
    if (this.#options.canLink) this.#ask({ type: 'open' });
    else this.#fail({ code: 'webrtc-missing' });
  }

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
      this.#wait('guest');
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
    this.#wait('guest');
    this.#ask({ type: 'join', slot: code.slot, hello: pairing.pollTransmit() });
  }

  /** This guest has knocked, and the host decides. */
  #waitAtDoor(): void {
    const stage = this.#stage;
    const { call } = this.#device;
    const asked = call === undefined ? this.#party === 'guest' : call.rung === 'there';
    if (stage.at !== 'joining' || stage.attempt.step !== 'none' || !asked) return;
    if (stage.waits !== true) this.#wait('door');
    this.#stage = { ...stage, waits: true };
  }

  /** Both go to the meeting place at once; who comes first waits. */
  #callDevice({ device, bond, place, rung }: ConnectionEvent & { type: 'call' }): void {
    const { at } = this.#stage;
    const caller = rung === 'there' ? bond.party : otherParty(bond.party);
    const met = meetingOf(bond, place, caller);
    if (met === undefined) {
      // It was met elsewhere since it rang.
      if (rung === 'let-in') this.#fail({ code: 'device-silent' });
      return;
    }
    const calling = at === 'joining' ? this.#device.call : undefined;
    const another = at === 'joining' && (calling === undefined || this.#device.known?.device !== device);
    // The code of an open room may just be read to another person: a ring alone does not end it.
    const shows = rung === 'here' && (at === 'opening' || this.#invitation.staysOpen);
    if (another || at === 'connected' || at === 'searching' || shows) {
      if (rung === 'here')
        this.#carryOut([this.#admission.ring(met.id, { device, ...place, rung: 'let-in' }, this.#now)]);
      return;
    }
    if (at === 'joining') {
      const instead = this.#attempt.step === 'none' && this.#device.givesWayTo(device, place, caller);
      if (!instead) return;
    }
    if (!this.#options.canLink) {
      if (rung !== 'here') this.#fail({ code: 'webrtc-missing' });
      return;
    }
    const unused = { passwords: [met.password], token: undefined };
    const shown = { stage: this.#stage, lost: this.#wayBack.givenUp, problem: this.#problem };
    this.#reset({ at: 'joining', attempt: NO_ATTEMPT, unused });
    this.#party = bond.party;
    const before = calling?.before ?? shown;
    this.#device.begin({ device, bond }, { ...place, rung: calling?.rung ?? rung, caller, before });
    this.#wait('device');
    this.#ask({ type: 'rejoin', id: met.id, party: bond.party });
  }

  #answered(request: number, answer: Answer): void {
    const subject = this.#requests.subjectOf(request);
    if (subject === 'place') this.#placed(answer);
    else if (subject === 'release') {
      this.#effect({ type: 'burn' });
      this.#released();
    }
  }

  #refused(request: number, problem: Problem): void {
    const subject = this.#requests.subjectOf(request);
    if (subject === 'place') this.#notPlaced(problem);
    else if (subject === 'release') this.#released();
  }

  #placed({ iceServers, slot, token, expiresAt }: Answer): void {
    this.#iceServers = iceServers;
    const stage = this.#stage;
    // Asked in doubt: what is there goes on.
    if (stage.at === 'connected') return;
    if (this.#options.relayOnly && !offered(iceServers).turn) {
      this.#metNoOne({ code: 'relay-missing' });
      return;
    }
    if (stage.at === 'opening' && slot !== undefined && expiresAt !== undefined) {
      const { random, page } = this.#options;
      const password = this.#invitation.show(slot, expiresAt, page, random);
      this.#stage = { at: 'hosting', unused: { passwords: [password], token } };
      this.#keepRoom();
      this.#keepDoor();
      this.#meetNext();
    } else if (stage.at === 'hosting' && this.#invitation.room !== undefined && expiresAt !== undefined) {
      // The room was taken back.
      this.#deadline.stop();
      this.#invitation.extend(expiresAt);
    }
  }

  #notPlaced(problem: Problem): void {
    const stage = this.#stage;
    if (stage.at === 'searching' || stage.at === 'connected') {
      // Unless an attempt has begun meanwhile that has a limit of its own.
      if (this.#attempt.step === 'none') this.#wait('retry');
    } else if (this.#resuming !== undefined) {
      // The room is over: its guest is at the other place, if anywhere.
      if (problem.code === 'code-unknown' && this.#requests.usedToken !== undefined) {
        this.#requests.forgetUsed();
        this.#goOn();
      } else this.#waitWithin('again', this.#resuming);
    } else if (
      stage.at === 'hosting' &&
      (problem.code === 'server-busy' || problem.code === 'too-many-attempts')
    ) {
      // The room is kept; its server, or what that depends on, is away for a while, or others behind the same
      // address have asked too often.
      this.#wait('again');
    } else if (stage.at === 'hosting') {
      if (problem.code === 'code-unknown' && this.#invitation.staysOpen) {
        this.#freshCode();
        return;
      }
      const { room } = this.#invitation;
      const expired = room !== undefined && this.#now >= room.expiresAt;
      const forgotten = expired ? 'code-expired' : 'code-forgotten';
      this.#fail({ ...problem, code: problem.code === 'code-unknown' ? forgotten : problem.code });
    } else if (stage.at === 'opening' && this.#shown !== 'waiting') this.#stage = { at: this.#shown };
    else if (stage.at === 'opening' || stage.at === 'joining')
      this.#metNoOne({ ...problem, code: this.#endOfPairing(problem.code) });
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
      this.#wait('guest');
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
        this.#wait(stage.unused === undefined ? 'pairing' : 'guest');
        this.#effect({ type: 'send', bytes: pairing.said });
        return;
      }
    }
    // Without unused words this is the server's wish for a second guess at them.
    if (stage.unused !== undefined)
      this.#pair(
        stage.unused.passwords,
        this.#party === 'host' || this.#device.call !== undefined ? 'pairing' : 'guest',
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
    this.#wait(limit);
    this.#drainPairing(pairing);
  }

  #message(bytes: Uint8Array): void {
    const sealed = sealedAt(this.#stage);
    if (sealed !== undefined) {
      this.#open(sealed, bytes);
      return;
    }
    const attempt = this.#attempt;
    if (attempt.step !== 'pairing') return;
    if (this.#stage.at === 'joining') {
      this.#requests.used(this.#stage.unused?.token);
      this.#stage = { ...this.#stage, unused: undefined };
    }
    this.#wait('pairing');
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
    const copied = this.#device.call?.generation === 'retired';
    // The way back is kept before the message that lets the other side move on.
    if (event?.type === 'confirmed' && !copied) {
      const unasked = this.#device.call?.rung === 'here';
      this.#giveWay();
      this.#keepBond(this.#device.confirm(event.keys));
      this.#advanceRejoin(event.keys, unasked);
    }
    for (let bytes = pairing.pollTransmit(); bytes !== undefined; bytes = pairing.pollTransmit())
      this.#effect({ type: 'send', bytes });
    if (event?.type === 'failed') this.#pairingFailed(event.problem);
    else if (event?.type === 'confirmed' && copied) this.#tellCopy(event.keys);
    else if (event?.type === 'confirmed') this.#establish(event.keys);
  }

  /** Whoever is there has the secret that was used before; the one who has used it has another since. */
  #tellCopy(keys: SessionKeys): void {
    this.#setAttempt(linking(this.#party, keys));
    this.#forgetCopied();
    this.#fail({ code: 'device-copied' });
  }

  #forgetCopied(): void {
    const { known } = this.#device;
    if (known !== undefined) this.#effect({ type: 'forget-bond', device: known.device });
    this.#device.clear();
  }

  #keepBond(remembered: Remembered | undefined): void {
    if (remembered !== undefined) this.#effect({ type: 'keep-bond', ...remembered });
  }

  #pairingFailed(code: ProblemCode): void {
    if (this.#stage.at === 'searching' || this.#stage.at === 'connected') {
      if (this.#stage.at === 'searching') this.#unlink();
      this.#dropAttempt();
      this.#wait('retry');
      return;
    }
    // The same words are not to be guessed at again.
    if (this.#ring === undefined || code === 'same-role') this.#effect({ type: 'burn' });
    this.#metNoOne({ code: this.#endOfPairing(code) });
  }

  /** Every end after this side's proof says that the other side may have tested a guess against it. */
  #endOfPairing(code: ProblemCode): ProblemCode {
    if (this.#device.call !== undefined) return this.#device.explain(code);
    const { words } = this.#stage.at === 'joining' ? this.#stage : {};
    const spent = words !== undefined && this.#spentCodes.has(words);
    return spent && code !== 'code-guessed' ? 'code-perhaps-guessed' : code;
  }

  #advanceRejoin(keys: SessionKeys, unasked: boolean): void {
    if (this.#stage.at === 'joining' && this.#stage.words !== undefined)
      this.#spentCodes.delete(this.#stage.words);
    const meeting = this.#meeting;
    const rejoin = this.#wayBack.confirm(this.#party, keys, meeting);
    if (meeting === undefined) this.#effect({ type: 'met', unasked });
    this.#effect({ type: 'keep', rejoin });
  }

  // ---- linking

  #establish(keys: SessionKeys): void {
    this.#invitation.hideCode();
    this.#unlink();
    this.#setAttempt(linking(this.#party, keys));
    if (!this.#options.canLink) {
      this.#fail({ code: 'webrtc-missing' });
      return;
    }
    this.#link = { path: undefined };
    this.#effect({ type: 'link', iceServers: this.#iceServers });
    this.#wait('link');
  }

  #sendSignal(message: unknown): void {
    const attempt = this.#attempt;
    if (attempt.step === 'linking') for (const kind of candidateKinds(message)) attempt.here.add(kind);
    const sealed = sealedAt(this.#stage);
    if (sealed !== undefined)
      this.#effect({ type: 'send', bytes: sealMessage(sealed, { type: 'signal', signal: message }) });
  }

  #open(sealed: SealedChannel, bytes: Uint8Array): void {
    const message = openMessage(sealed, bytes);
    if (message === 'tampered') {
      // Once connected the server's messages do not matter any more.
      if (this.#stage.at !== 'connected') this.#fail({ code: 'tampered' });
      return;
    }
    const settled = this.#wayBack.settle();
    if (settled !== undefined) this.#effect({ type: 'keep', rejoin: settled });
    this.#keepBond(this.#device.settle());
    if (message === 'unknown') return;
    if (message.type === 'given-up') {
      this.#givenUp(message.reason);
      return;
    }
    const attempt = this.#attempt;
    if (attempt.step === 'linking')
      for (const kind of candidateKinds(message.signal)) attempt.there.add(kind);
    if (this.#link !== undefined) this.#effect({ type: 'signal', message: message.signal });
  }

  /** The other side does not try any longer: there is nothing to wait for. */
  #givenUp(reason: string): void {
    if (this.#attempt.step !== 'linking') return;
    if (reason === 'device-copied' && this.#device.known !== undefined) {
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
    this.#deadline.stop();
    this.#fingerprint = certificates === undefined ? undefined : fingerprint(keys, certificates);
    this.#problem = undefined;
    this.#requests.forgetUsed();
    this.#stage = { at: 'connected', keys, sealed };
    this.#carryOut(this.#admission.askAboutAll(this.#now));
    this.#effect({ type: 'connected' });
  }

  #unlinked(): void {
    const { at } = this.#stage;
    if (at === 'connected') {
      const doubted = this.#meeting !== undefined;
      this.#giveWay();
      // At the meeting place already: what has begun there goes on.
      if (!doubted) this.#search();
      else if (this.#attempt.step === 'none') this.#wait('search');
      return;
    }
    this.#unlink();
    if (at === 'joining') this.#fail({ code: this.#noPath() });
    else if (at === 'searching') this.#meet();
  }

  #setPath(path: 'direct' | 'relayed' | undefined): void {
    if (this.#stage.at === 'connected') this.#link = { path };
  }

  // ---- the way back

  /** The session of before a reload, or a companion's. */
  #resume(rejoin: RejoinState, known: Remembered | undefined): void {
    this.#giveWay();
    this.#problem = undefined;
    this.#device.remember(known);
    this.#wayBack.keep(rejoin);
    this.#party = rejoin.party;
    this.#search();
  }

  #continue(): void {
    const { givenUp } = this.#wayBack;
    if (!this.#shows('failed') || givenUp === undefined) return;
    this.#wayBack.keep(givenUp);
    this.#party = givenUp.party;
    this.#invitation.hideCode();
    this.#problem = undefined;
    this.#search();
  }

  #remember(remembered: Remembered | undefined): void {
    if (this.#stage.at !== 'connected' && this.#stage.at !== 'searching') return;
    this.#device.remember(remembered);
    this.#keepBond(remembered);
    // With the way back, which may be needed by a page that is loaded anew.
    const { rejoin } = this.#wayBack;
    if (rejoin !== undefined) this.#effect({ type: 'keep', rejoin });
  }

  #wake(): void {
    this.#page = 'active';
    // What lay in a cache has lost its socket, and without this would hear so only when pings stay out.
    this.#effect({ type: 'renew-signaling' });
    if (this.#online) this.#setOnline(false);
    if (this.#stage.at === 'connected') this.#unlinked();
    else if (this.#stage.at === 'searching') this.#search();
  }

  /** While connected: whether to wait for the other side at the meeting place as well. */
  #silent(silent: boolean): void {
    const stage = this.#stage;
    if (stage.at !== 'connected' || silent === (stage.doubt !== undefined)) return;
    this.#stage = { ...stage, doubt: silent ? { attempt: NO_ATTEMPT, meeting: undefined } : undefined };
    if (silent) this.#meet();
    else {
      this.#deadline.stop();
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
    this.#deadline.stop();
    const doubting = stage.at === 'connected' && stage.doubt !== undefined;
    if ((stage.at !== 'searching' && !doubting) || this.#page !== 'active') return;
    const { rejoin } = this.#wayBack;
    if (rejoin === undefined) return;
    if (stage.at === 'connected') this.#dropAttempt();
    else {
      this.#drop();
      if (stage.until <= this.#now) {
        this.#fail({ code: 'connection-lost' });
        this.#wayBack.giveUp(rejoin);
        return;
      }
      this.#deadline.startUntil('search', stage.until);
    }
    // `online` leads here again.
    if (!this.#online) return;
    const next = this.#wayBack.placeAfter(this.#meeting);
    if (next === undefined) return;
    const { place, alone } = next;
    const meeting = { attempt: NO_ATTEMPT, meeting: place };
    this.#stage = stage.at === 'searching' ? { ...stage, ...meeting } : { ...stage, doubt: meeting };
    // Asking again gives up the place held, while the other side may just be arriving: only where there is
    // another place.
    if (!alone) this.#wait('retry');
    this.#ask({ type: 'rejoin', id: place.id, party: this.#party });
  }

  // ---- the server

  #setOnline(online: boolean): void {
    const stage = this.#stage;
    this.#online = online;
    if (online) this.#keepDoor();
    if (!online) this.#unpaired('server-away');
    else if (stage.at === 'connected' || (stage.at === 'searching' && this.#link === undefined)) this.#meet();
    else if (stage.at === 'hosting' && stage.unused.token !== undefined)
      this.#ask({ type: 'reopen', token: stage.unused.token });
    else if (this.#resuming !== undefined) this.#goOn();
    else if (stage.at === 'failed' && this.#requests.usedToken !== undefined) {
      // What we answered may not have reached the server: then the guest waits in a room to which its host
      // does not return.
      this.#ask({ type: 'reopen', token: this.#requests.usedToken });
      this.#requests.release();
    } else if (stage.at === 'failed' || stage.at === 'closed') this.#openAgain(stage.at);
  }

  /** Nothing reaches the other side through the server any more. */
  #unpaired(code: ProblemCode): void {
    const stage = this.#stage;
    if (stage.at === 'hosting') this.#wait('away');
    else if (stage.at === 'joining' && code === 'server-away' && stage.unused?.token !== undefined) {
      // Nothing was said yet: the room can still be taken back. A server that restarts has forgotten it.
      this.#drop();
      this.#stage = { at: 'hosting', unused: stage.unused };
      this.#wait('away');
    } else if (stage.at === 'joining') {
      if (this.#link === undefined) this.#pairElsewhere(code);
      else this.#wait('unpaired');
    } else if (stage.at === 'searching' && this.#link !== undefined) this.#wait('unpaired');
    else if (this.#attempt.step === 'pairing') this.#meet();
  }

  /** The same pairing goes on at another place, if the other side knows of one. */
  #pairElsewhere(problem: ProblemCode): void {
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
    this.#deadline.startUntil('resume', resuming.until);
    // `online` leads here again.
    if (!this.#online || this.#page !== 'active') return;
    const { usedToken } = this.#requests;
    if (usedToken !== undefined) {
      this.#ask({ type: 'reopen', token: usedToken });
      return;
    }
    const { wayBack, unconfirmedKeys } = pairing;
    const places = [
      ...(wayBack === undefined ? [] : [{ id: wayBack, password: undefined }]),
      ...(unconfirmedKeys === undefined ? [] : rendezvousOf(beginRejoin(this.#party, unconfirmedKeys))),
    ];
    const place = places[resuming.turn % places.length];
    if (place === undefined) return;
    if (places.length > 1) this.#waitWithin('retry', resuming);
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
    else if (this.#invitation.staysOpen && (at === 'hosting' || at === 'opening')) this.#freshCode();
    else if (CONNECTION[at] === 'waiting') this.#fail({ code: 'code-expired' });
    else if (at === 'joining' && reason === 'occupied')
      this.#metNoOne({ code: this.#endOfPairing('room-occupied') });
    // The guest of a host who did not return.
    else if (at === 'joining') this.#pairingFailed('code-unknown');
  }

  // ---- time

  #expire(limit: LimitName): void {
    const attempt = this.#attempt;
    const stage = this.#stage;
    switch (limit) {
      case 'door':
        this.#fail({ code: this.#endOfPairing('room-occupied') });
        return;
      case 'guest':
        this.#pairingFailed(
          attempt.step === 'none' || (attempt.step === 'pairing' && attempt.greeted)
            ? 'peer-left'
            : 'connection-lost',
        );
        return;
      case 'device':
        this.#metNoOne({ code: 'device-silent' });
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
          this.#invitation.hideCode();
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

  #wait(limit: LimitName): void {
    this.#deadline.start(limit, this.#now);
  }

  /** Until the next look of a pairing that goes on elsewhere. */
  #waitWithin(limit: LimitName, { until }: Resuming): void {
    this.#deadline.startUntil('resume', Math.min(until, this.#now + LIMITS_MS[limit]));
  }

  // ---- parts

  get #resuming(): Resuming | undefined {
    return resumingAt(this.#stage);
  }

  get #attempt(): Attempt {
    return attemptAt(this.#stage);
  }

  get #meeting(): Rendezvous | undefined {
    return meetingAt(this.#stage);
  }

  #setAttempt(attempt: Attempt): void {
    this.#stage = withAttempt(this.#stage, attempt);
  }

  #ask(ask: Ask): void {
    this.#effect({ type: 'ask', request: this.#requests.next(), ask });
  }

  #unlink(): void {
    if (this.#link === undefined) return;
    this.#link = undefined;
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

  /** Begins anew; the room's link works on. */
  #reset(stage: Stage): void {
    this.#deadline.stop();
    this.#drop();
    this.#wayBack.clear();
    this.#invitation.hideCode();
    this.#requests.reset();
    this.#device.clear();
    this.#problem = undefined;
    this.#fingerprint = undefined;
    this.#stage = stage;
  }

  #close(): void {
    this.#wayBack.clear();
    this.#deadline.stop();
    this.#drop();
    this.#effect({ type: 'forget' });
    this.#stage = { at: 'closed' };
  }

  /** This page cannot hold a connection at all. */
  #giveUp(problem: Problem): void {
    this.#closeDoor();
    this.#fail(problem);
    this.#wayBack.clear();
    this.#effect({ type: 'forget' });
    this.#effect({ type: 'close-signaling' });
    this.#page = 'over';
  }

  #goodbye(): void {
    this.#close();
    this.#problem = { code: 'peer-left' };
    this.#openAgain('closed');
  }

  #dismiss(): void {
    // Also where they have gone by themselves meanwhile.
    this.#sentAway();
    const stage = this.#stage;
    const waits = stage.at === 'joining' && stage.waits === true;
    const there = waits || stage.at === 'connected' || stage.at === 'searching';
    if (this.#attempt.step === 'none' && !there) return;
    if (stage.at === 'connected') this.#effect({ type: 'disconnected' });
    this.#close();
    this.#effect({ type: 'leave' });
    this.#effect({ type: 'lost' });
    this.#openAgain('closed');
  }

  #flooded(): void {
    const { at } = this.#stage;
    // The transport says it and the engine does: a fresh code may be shown by then.
    if (this.#shows('failed')) return;
    this.#wayBack.end();
    this.#effect({ type: 'forget' });
    if (at === 'connected') this.#effect({ type: 'disconnected' });
    this.#fail({ code: 'flooded' });
  }

  /** Gives up for good. The other side is notified, where it can be: it would search for a minute. */
  #fail(problem: Problem): void {
    const attempt = this.#attempt;
    if (attempt.step === 'linking')
      this.#effect({
        type: 'send',
        bytes: sealMessage(attempt.sealed, { type: 'given-up', reason: problem.code }),
      });
    this.#end(problem);
  }

  #end(problem: Problem): void {
    this.#deadline.stop();
    this.#drop();
    this.#invitation.hideCode();
    this.#wayBack.end();
    this.#effect({ type: 'forget' });
    // The other side, if it still arrives, should not wait for us.
    this.#effect({ type: 'leave' });
    this.#problem = problem;
    const met = this.#stage.at !== 'opening' && this.#stage.at !== 'hosting';
    this.#stage = { at: 'failed' };
    this.#effect({ type: 'lost' });
    if (problem.code === 'code-guessed') {
      this.#invitation.guessed();
      this.#keepRoom();
    }
    if (met) this.#openAgain('failed');
  }

  // ---- the room that stays open

  /** Of before a reload: beside the session that goes on, or with a code for whoever comes. */
  #reopen(room: KeptRoom): void {
    if (!this.#options.canLink) return;
    this.#invitation.reopen(room, this.#now);
    if (room.sentAway) this.#sentAway();
    if (this.#online) this.#keepDoor();
    if (this.#stage.at !== 'idle') return;
    if (this.#invitation.guessedTooOften) {
      this.#problem = { code: 'code-guessed' };
      this.#stage = { at: 'failed' };
    } else this.#freshCode();
  }

  #keepRoom(): void {
    const room = this.#invitation.kept(this.#admission.hasSentAway);
    if (room !== undefined) this.#effect({ type: 'keep-room', room });
  }

  /** Another guest may come: with a fresh code, or by the link. */
  #openAgain(shown: Shown): void {
    if (this.#invitation.door === undefined || !this.#online || this.#page !== 'active') return;
    if (this.#invitation.guessedTooOften) {
      this.#meetNext();
      return;
    }
    const away = this.#problem?.code === 'server-away';
    if (away) this.#problem = undefined;
    this.#shown = away ? 'waiting' : shown;
    this.#freshCode();
  }

  /** The room whose words are used is gone. */
  #released(): void {
    this.#requests.released();
    if (this.#stage.at === 'failed') this.#openAgain('failed');
  }

  /** Whoever knocked did not wait, and nothing is lost by that. */
  #noOneKnocks(): void {
    this.#reset({ at: 'closed' });
    this.#effect({ type: 'leave' });
    this.#openAgain('waiting');
  }

  /** Of a remembered device that has rung here, while this page is on its way to it. */
  get #ring(): Call | undefined {
    const { call } = this.#device;
    return this.#stage.at === 'joining' && call?.rung === 'here' ? call : undefined;
  }

  /** Whoever was to be met is not. A ring alone takes nothing from the page. */
  #metNoOne(problem: Problem): void {
    // Both persons hear that they have the same page open.
    if (this.#ring !== undefined && problem.code !== 'device-same-page') this.#rungInVain(this.#ring);
    else this.#fail(problem);
  }

  #rungInVain({ before }: Call): void {
    this.#reset(before.stage);
    this.#wayBack.giveUp(before.lost);
    this.#problem = before.problem;
    this.#effect({ type: 'leave' });
  }

  /** It is how the last connection ended, whether or not a code waits meanwhile. */
  #shows(shown: Shown): boolean {
    const { at } = this.#stage;
    return at === shown || ((at === 'opening' || at === 'hosting') && this.#shown === shown);
  }

  #freshCode(): void {
    this.#deadline.stop();
    // Of the session before it may have been the guest, who has met a remembered device.
    this.#party = 'host';
    this.#device.clear();
    this.#stage = { at: 'opening' };
    this.#ask({ type: 'open' });
  }

  /** For one guest, beside the link of another machine's door. */
  #showCodeFor(link: RoomLink): void {
    this.#invitation.lend(link);
    this.#freshCode();
  }

  #renew(): void {
    const fresh = this.#invitation.staysOpen && this.#stage.at === 'hosting' && this.#online;
    this.#invitation.renewed(this.#now, fresh);
    this.#keepDoor();
    if (fresh) this.#freshCode();
  }

  #keepDoor(): void {
    const { door } = this.#invitation;
    if (door !== undefined) this.#effect({ type: 'open-door', id: door.id, token: door.token });
  }

  #sentAway(): void {
    if (this.#invitation.door === undefined) return;
    this.#carryOut(this.#admission.sentAway(this.#now));
    this.#keepRoom();
  }

  #refuse(id: string): void {
    if (this.#admission.refuse(id)) this.#effect({ type: 'turn-away', id });
  }

  #knocked(id: string): void {
    if (this.#invitation.door === undefined) return;
    const outcome = this.#admission.knock(id, this.#occupancy, this.#now);
    if (outcome === 'meet') this.#answerKnock(id);
    else if (outcome !== undefined) this.#effect(outcome);
  }

  /** Whether a guest can be met now. Of several, one who is searched for keeps the place. */
  get #occupancy(): 'free' | 'busy' | 'taken' {
    const { at } = this.#stage;
    if (at === 'connected') return 'taken';
    if (at === 'searching') return this.#admission.several ? 'taken' : 'busy';
    return at === 'joining' ? 'busy' : 'free';
  }

  #meetNext(): void {
    const next = this.#admission.takeNext();
    if (next !== undefined) this.#answerKnock(next);
  }

  /** The code gives up its place, and a fresh one follows when this guest is gone. */
  #answerKnock(id: string): void {
    if (this.link !== undefined) this.#meetGuest(id, this.link);
  }

  #meetGuest(id: string, link: RoomLink): void {
    const unused = { passwords: [passwordOf(link)], token: undefined };
    this.#reset({ at: 'joining', attempt: NO_ATTEMPT, unused });
    this.#party = 'host';
    this.#wait('pairing');
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
    const door = this.#invitation.closeDoor();
    if (door !== undefined) {
      this.#effect({ type: 'close-door', id: door.id, token: door.token });
      // A page that goes away opens it again if it is only loaded anew.
      if (this.#page === 'active') this.#effect({ type: 'forget-room', token: door.token });
    }
    // Remembered devices need no door.
    this.#carryOut(this.#admission.turnAllAway());
  }

  #carryOut(effects: readonly KnockEffect[]): void {
    for (const effect of effects) this.#effect(effect);
  }

  #effect(effect: ConnectionEffect): void {
    this.#effects.push(effect);
  }
}
