import { cleanFileName, safeSaveType } from '../../image/file-name.ts';
import { isPreview } from '../../image/inspect/is-preview.ts';
import { sniffType } from '../../image/inspect/sniff.ts';
import { BACK_NONCE_BYTES } from '../../protocol/wire/control-message.ts';
import type { FromEngine, ToReceiverEngine } from '../bridge/engine-messages.ts';
import { mark } from './marks.ts';
import type {
  CompanionPlace,
  ReceiverSession,
  SessionOptions,
  SessionSnapshot,
  TransferSnapshot,
} from '../model.ts';
import {
  rememberAccepted,
  rememberResting,
  wasAccepted,
  wasResting,
  type Accepted,
} from './accepted-memory.ts';
import { recallRejoin } from '../connection/rejoin-memory.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import { noFigures } from '../no-figures.ts';
import { isMoving, restsHere } from '../transfer-state.ts';
import { markSaved } from '../../storage/kept-files.ts';
import { EngineRequests } from './engine-requests.ts';
import { Offers } from './offers.ts';
import { keepSenders, recallSenders } from './senders-memory.ts';
import { tabName } from './tab.ts';
import { deviceOf } from '../devices/device-list.ts';
import { SessionBase } from './session-base.ts';

/** Enough of a file to know its type. */
const SNIFF_BYTES = 4096;

/** `ReceiverSession` over a worker and WebRTC. */
export class BrowserReceiverSession extends SessionBase<ToReceiverEngine> implements ReceiverSession {
  readonly #files = new Map<string, Blob>();
  readonly #reads = new EngineRequests<Uint8Array<ArrayBuffer> | undefined>();
  readonly #beginnings = new EngineRequests<Blob | undefined>();
  readonly #offers = new Offers();
  /** Of the one sender with whom this page is connected; all of it ends with that session. */
  readonly #permission = {
    autoAccept: false,
    /** The sender's page takes pictures of this one, too. */
    invited: false,
    /** What the person permitted a remembered device holds from the first connection with it on. */
    ofDevice: true,
  };
  /** A companion's: the name of the session beside it. */
  #beside = '';
  /** Of the memory in which everything is held, where there is no disk; bytes. */
  #memoryLimit: number | undefined;
  /** Until when a download may still read one that was saved, whole or in part. */
  readonly #readUntil = new Map<string, number>();

  constructor(options: SessionOptions) {
    super(
      'receiver',
      options,
      new Worker(new URL('../worker/receiver.worker.ts', import.meta.url), { type: 'module' }),
    );
    this.port.post({ type: 'tab', name: tabName() });
    if (this.companion) return;
    const { known } = recallSenders();
    this.port.post({ type: 'senders', record: { known }, meeting: this.other.meeting });
  }

  resume(): boolean {
    const state = recallRejoin(this.memory);
    if (state !== undefined) this.#goBack(state);
    return this.reopen() || state !== undefined;
  }

  /** To the session that this page was in before it was loaded anew. */
  #goBack(state: RejoinState): void {
    this.other.meeting += 1;
    this.port.post({ type: 'senders', record: recallSenders(), meeting: this.other.meeting });
    this.other.returned = true;
    // Its beginning was before the reload, and the person may have switched it off since.
    this.#permission.ofDevice = false;
    this.resumeWith(state);
  }

  accept(transfer: string): void {
    const known = this.transfers.get(transfer);
    if (known?.state !== 'offered') return;
    const { offer, replaced } = this.#offers.accept(transfer);
    if (offer !== undefined) rememberAccepted(offer);
    // What was here of it goes on under this offer.
    for (const id of replaced) this.forget(id);
    mark('tessera:accepted', known);
    this.port.post({ type: 'accept', id: transfer });
  }

  override pause(transfer: string, paused: boolean): void {
    const lost = this.#offers.lost(transfer);
    if (lost === undefined) {
      super.pause(transfer, paused);
      return;
    }
    // It waits for its sender, and the worker knows of it no more: said with its next offer.
    rememberResting(lost, paused);
    this.patch(transfer, { paused: paused ? 'here' : 'nobody' });
  }

  decline(transfer: string): void {
    this.#offers.decline(transfer);
    this.port.post({ type: 'decline', id: transfer });
  }

  sendBack(): CompanionPlace | undefined {
    const nonce = crypto.getRandomValues(new Uint8Array(BACK_NONCE_BYTES));
    const place = this.placeOf(nonce);
    if (place !== undefined) this.port.post({ type: 'back', nonce });
    return place;
  }

  override meet(place: CompanionPlace): void {
    this.#beside = place.beside;
    super.meet(place);
  }

  override part(): void {
    super.part();
    this.setAutoAccept(false);
  }

  setAutoAccept(on: boolean): void {
    // A companion that is lost is looked for, for the same person.
    const there = this.companion ? 'meeting' in this.met() : this.connector.view.connection === 'connected';
    this.#permission.autoAccept = on && there;
    this.changed();
    if (!this.#permission.autoAccept) return;
    for (const { id, state } of this.transfers.values()) if (state === 'offered') this.accept(id);
  }

  async read(transfer: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.#files.get(transfer);
    if (file !== undefined) return new Uint8Array(await file.slice(from, to).arrayBuffer());
    const bytes = await this.#reads.ask((request) =>
      this.port.post({ type: 'read', request, id: transfer, from, to }),
    );
    if (bytes === undefined) throw new RangeError('these bytes are not here');
    return bytes;
  }

  markSaved(transfers: readonly string[], readFor: number): void {
    for (const id of transfers) {
      this.noteRead(id, readFor);
      this.port.post({ type: 'release', id, readFor });
    }
  }

  noteRead(transfer: string, readFor: number): void {
    this.#readUntil.set(transfer, Date.now() + readFor);
  }

  throwAway(transfer: string): void {
    const known = this.transfers.get(transfer);
    if (known?.state !== 'done' && known?.part === undefined) return;
    const readFor = Math.max(0, (this.#readUntil.get(transfer) ?? 0) - Date.now());
    this.#readUntil.delete(transfer);
    this.port.post({ type: 'throw-away', id: transfer, readFor });
    this.#files.delete(transfer);
    // Offered again, it is another question.
    const lost = this.#offers.throwAway(transfer);
    if (lost !== undefined) rememberAccepted(lost, false);
    this.forget(transfer);
  }

  roomMade(): void {
    this.port.post({ type: 'measure-room' });
  }

  async beginning(transfer: string): Promise<Blob> {
    const blob = await this.#beginnings.ask((request) =>
      this.port.post({ type: 'read-beginning', request, id: transfer }),
    );
    if (blob === undefined) throw new Error('this part is not here any more');
    return blob;
  }

  async file(transfer: string): Promise<File> {
    const blob = this.#files.get(transfer);
    const known = this.transfers.get(transfer);
    if (blob === undefined || known?.state !== 'done') throw new Error('the picture is not here yet');
    // What the bytes are, not what the sender says.
    const kind = sniffType(new Uint8Array(await blob.slice(0, SNIFF_BYTES).arrayBuffer()));
    const type = safeSaveType(kind?.type ?? '');
    return new File([blob], cleanFileName(known.name, kind?.type ?? ''), {
      type,
      lastModified: known.modified,
    });
  }

  protected override onMessage(message: FromEngine): void {
    switch (message.type) {
      case 'offered':
        this.#onOffered(message);
        break;
      case 'senders':
        keepSenders(message.record, this.#beside);
        break;
      case 'invited':
        this.#permission.invited = true;
        this.changed();
        break;
      case 'began': {
        const known = this.transfers.get(message.id);
        if (known !== undefined) mark('tessera:began', known);
        break;
      }
      case 'preview':
        this.#onPreview(message.id, message.bytes);
        break;
      case 'file':
        this.#files.set(message.id, message.blob);
        break;
      case 'released':
        void markSaved(message.stored, message.readFor);
        break;
      case 'bytes':
        this.#reads.answer(message.request, message.bytes);
        break;
      case 'beginning':
        this.#beginnings.answer(message.request, message.blob);
        break;
      case 'memory-only':
        this.#memoryLimit = message.limit;
        this.changed();
        break;
      default:
    }
  }

  #onOffered(message: Extract<FromEngine, { type: 'offered' }>): void {
    const { id, name, mediaType, byteLength, modified, width, height, sha256, from, thumb } = message;
    const { meeting, name: sender } = this.other;
    const offer: Accepted = { sha256, byteLength, name, from };
    const earlier = this.#offers.offered(id, offer);
    // One that was lost on its way while it rested here rests on.
    const rests = earlier.some((old) => restsHere(this.transfers.get(old) ?? {})) || wasResting(offer);
    for (const old of earlier) this.forget(old);
    this.show({
      id,
      name,
      type: mediaType,
      byteLength,
      modified,
      ...(width === undefined || height === undefined ? {} : { width, height }),
      state: 'offered',
      figures: noFigures(byteLength),
      sha256,
      meeting,
      ...(sender === undefined ? {} : { sender }),
      ...(thumb === undefined ? {} : { thumb }),
    });
    // What was being received when this page was loaded anew, or the connection lost, goes on by itself.
    if (this.#permission.autoAccept || wasAccepted(offer)) this.accept(id);
    if (rests) this.pause(id, true);
  }

  #onPreview(id: string, bytes: Uint8Array): void {
    const known = this.transfers.get(id);
    if (known === undefined || !isPreview(bytes)) return;
    mark('tessera:preview', known);
    this.patch(id, { preview: new Blob([new Uint8Array(bytes)], { type: 'image/webp' }) });
  }

  protected override stateChanged(transfer: TransferSnapshot): void {
    if (transfer.state === 'done') mark('tessera:complete', transfer);
    const offer = this.#offers.about(transfer.id);
    if (offer !== undefined && isMoving(transfer)) rememberResting(offer, restsHere(transfer));
    const { asksAgain, forgotten } = this.#offers.stateChanged(transfer);
    if (asksAgain !== undefined) rememberAccepted(asksAgain, false);
    if (forgotten !== undefined) this.forget(forgotten);
  }

  protected override onMet(returned: boolean): void {
    Object.assign(this.#permission, { autoAccept: false, invited: false, ofDevice: true });
    // A page that is loaded anew before its first word must not take that one for the last.
    const { known, current } = recallSenders(this.#beside);
    const record = returned && current !== undefined ? { known, current } : { known };
    this.port.post({ type: 'senders', record, meeting: this.other.meeting });
  }

  protected override onConnected(): void {
    super.onConnected();
    const permits = deviceOf(this.connector.view.device)?.acceptAll === true;
    if (permits && this.#permission.ofDevice) this.setAutoAccept(true);
    this.#permission.ofDevice = false;
  }

  protected override changed(): void {
    const { connection } = this.connector.view;
    // A companion that is lost is looked for again, for the same person.
    if (!this.companion && (connection === 'failed' || connection === 'closed'))
      this.#permission.autoAccept = false;
    super.changed();
  }

  protected override extras(): Partial<SessionSnapshot> {
    const limit = this.#memoryLimit;
    const { autoAccept, invited } = this.#permission;
    const met = this.met();
    return {
      autoAccept,
      ...met,
      ...(invited && 'meeting' in met ? { invited: true } : {}),
      ...(limit === undefined ? {} : { memoryLimit: limit }),
    };
  }
}
