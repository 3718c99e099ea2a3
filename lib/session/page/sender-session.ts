import { fitPath } from '../../image/file-name.ts';
import type { FromEngine, ToSenderEngine } from '../bridge/engine-messages.ts';
import type {
  CompanionPlace,
  ExpectedBytes,
  Guest,
  OutgoingPicture,
  SenderSession,
  SessionOptions,
  SessionSnapshot,
} from '../model.ts';
import { keepEveryone, recallEveryone, recallRejoin, rejoinNames } from '../connection/rejoin-memory.ts';
import { toHex } from '../../checksum/hex.ts';
import { noFigures } from '../no-figures.ts';
import { isFinal } from '../transfer-state.ts';
import { dropSenders, forgetSender } from './senders-memory.ts';
import { SendBackPlace } from './send-back-place.ts';
import { SessionBase } from './session-base.ts';

/** Random, so that two people of a tab never have the same one. */
const PEER_BYTES = 6;

/** The way back of the first session is kept under its role, of the others under this and their id. */
const MEMORY = 'sender';
const GUESTS = `${MEMORY}.`;

/** `SenderSession` over a worker and WebRTC. */
export class BrowserSenderSession extends SessionBase<ToSenderEngine> implements SenderSession {
  readonly #pictures = new Map<string, OutgoingPicture>();
  readonly #headers = new Map<string, Uint8Array>();
  readonly #sendBackPlace = new SendBackPlace(() => this.changed());
  /** For its guests' sessions. */
  readonly #options: SessionOptions;
  /** Of the first session: those with others in its room. */
  readonly #guests = new Set<BrowserSenderSession>();
  /** A guest's: its name among the people of the room, and the first session. */
  readonly #peer: string | undefined;
  readonly #host: BrowserSenderSession | undefined;
  #left = false;

  /**
   * @param peer a guest's id; absent for the session that opens the room
   * @param host the session that has opened it
   */
  constructor(options: SessionOptions, peer?: string, host?: BrowserSenderSession) {
    const memory = peer === undefined ? MEMORY : GUESTS + peer;
    super(
      'sender',
      options,
      new Worker(new URL('../worker/sender.worker.ts', import.meta.url), { type: 'module' }),
      { several: peer === undefined && options.companion !== true, memory },
    );
    this.#options = options;
    this.#peer = peer;
    this.#host = host;
  }

  resume(): boolean {
    const state = recallRejoin(this.memory);
    if (state !== undefined) {
      this.other.meeting += 1;
      this.other.returned = true;
      this.resumeWith(state);
    }
    return this.reopen() || state !== undefined;
  }

  resumeGuests(): Guest[] {
    return rejoinNames(GUESTS).flatMap((name) => {
      const guest = this.#guest(name.slice(GUESTS.length));
      if (guest.session.resume()) return guest;
      // Nothing that can be read: no one is met by it.
      guest.session.leave();
      return [];
    });
  }

  letIn(visitor: string): Guest | undefined {
    // By another tab, which this one hears of a moment later.
    this.refuseForgotten();
    const link = this.connector.letIn(visitor);
    if (link === undefined) return undefined;
    const guest = this.#guest();
    if ('device' in link) guest.session.call(link);
    else guest.session.connector.receive(visitor, link);
    return guest;
  }

  refuse(visitor: string): void {
    this.connector.refuse(visitor);
  }

  invite(): Guest | undefined {
    if (!this.connector.view.canInvite) return undefined;
    const guest = this.#guest();
    this.connector.inviteBy(guest.session.connector);
    return guest;
  }

  askFirst(on: boolean): void {
    this.connector.askFirst(on);
  }

  keepEveryone(on: boolean): void {
    keepEveryone(this.memory, on);
  }

  keptEveryone(): boolean {
    return recallEveryone(this.memory);
  }

  override hangUp(): void {
    this.#cancelTheirs();
    super.hangUp();
  }

  sendAway(): void {
    if (this.#host !== undefined) {
      this.#host.connector.sentAway();
      this.#cancelTheirs();
      this.leave();
      return;
    }
    // At once: their page may answer with a goodbye and come back before this one hangs up.
    this.connector.sentAway();
    this.hangUp();
  }

  override leave(): void {
    if (this.#left) return;
    this.#left = true;
    for (const guest of this.#guests) guest.leave();
    this.#sendBackPlace.stop();
    if (this.#host !== undefined) {
      this.#host.#forget(this);
      // A guest is never met again under this name.
      dropSenders(this.memory);
    }
    super.leave();
  }

  send(pictures: readonly OutgoingPicture[]): void {
    for (const picture of pictures) {
      this.#pictures.set(picture.id, picture);
      this.#queue(picture);
    }
  }

  meetingNow(): number | undefined {
    return this.met().meeting;
  }

  retry(transfer: string): void {
    const picture = this.#pictures.get(transfer);
    const shown = this.transfers.get(transfer);
    if (picture === undefined || shown === undefined || !isFinal(shown) || shown.state === 'done') return;
    // The person wants it as it is now.
    const { meeting: _m, expected: _e, digest: _d, rests: _r, ...again } = picture;
    this.#pictures.set(transfer, again);
    this.#queue(again);
  }

  callOff(name: string, expected: ExpectedBytes): void {
    this.port.post({ type: 'call-off', name, expected });
  }

  offerHeld(transfer: string): void {
    this.port.post({ type: 'offer-held', id: transfer });
  }

  sentBack(): CompanionPlace | undefined {
    return this.#sendBackPlace.place;
  }

  limitRate(megabits: number): void {
    this.port.post({ type: 'limit-rate', megabits });
  }

  headerBytes(transfer: string): Uint8Array | undefined {
    return this.#headers.get(transfer);
  }

  protected override onMessage(message: FromEngine): void {
    if (message.type === 'lanes') this.connector.transport?.setLaneTarget(message.target, message.hold);
    else if (message.type === 'header') this.#headers.set(message.id, message.bytes);
    // Of the connection over which it was said (P-137), which may be another one later.
    else if (message.type === 'back') this.#sendBackPlace.set(this.placeOf(message.nonce));
  }

  protected override onMet(): void {
    if (this.companion) return;
    forgetSender(this.memory);
    this.#sendBackPlace.forget();
  }

  protected override extras(): Partial<SessionSnapshot> {
    const { visitors, callers, canInvite } = this.connector.view;
    return {
      ...this.met(),
      ...(visitors.length === 0 ? {} : { visitors, callers }),
      ...(canInvite ? { canInvite } : {}),
    };
  }

  /** What is held is for another person. */
  #cancelTheirs(): void {
    for (const { id, state } of this.transfers.values())
      if (!isFinal({ state }) && state !== 'held') this.cancel(id);
  }

  #guest(peer = toHex(crypto.getRandomValues(new Uint8Array(PEER_BYTES)))) {
    const session = new BrowserSenderSession(this.#options, peer, this);
    this.#guests.add(session);
    // The two workers share an uplink and agree on its use without the page, which may be busy drawing.
    const { port1, port2 } = new MessageChannel();
    this.port.post({ type: 'sharer', peer, port: port1 }, [port1]);
    session.port.post({ type: 'uplink', port: port2 }, [port2]);
    return { peer, session };
  }

  #forget(guest: BrowserSenderSession): void {
    this.#guests.delete(guest);
    if (guest.#peer !== undefined) this.port.post({ type: 'sharer-gone', peer: guest.#peer });
  }

  #queue(chosen: OutgoingPicture): void {
    const picture = { ...chosen, name: fitPath(chosen.name) };
    // The sender's own card has the preview from where the picture was prepared.
    const { blob, preview: _p, meeting: _m, expected: _e, digest: _d, rests: _r, ...facts } = picture;
    this.show({
      ...facts,
      byteLength: blob.size,
      state: 'queued',
      figures: noFigures(blob.size),
    });
    this.port.post({ type: 'send', picture });
  }
}
