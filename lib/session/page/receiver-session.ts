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
import { noFigures } from '../no-figures.ts';
import { isFinal, isMoving, restsHere } from '../transfer-state.ts';
import { markSaved } from '../../storage/kept-files.ts';
import { keepSenders, recallSenders } from './senders-memory.ts';
import { tabName } from './tab.ts';
import { deviceOf } from '../devices/device-list.ts';
import { SessionBase } from './session-base.ts';

/** Enough of a file to know its type. */
const SNIFF_BYTES = 4096;

/**
 * Offers that ended without an answer and are still shown: a person sees what was taken back, not eight
 * thousand of them. Where they follow each other each drawing has other ones, and a card is some 60 elements.
 */
const MAX_WITHDRAWN = 20;

/** `ReceiverSession` over a worker and WebRTC. */
export class BrowserReceiverSession extends SessionBase<ToReceiverEngine> implements ReceiverSession {
  readonly #files = new Map<string, Blob>();
  readonly #reads = new Map<number, (bytes: Uint8Array<ArrayBuffer> | undefined) => void>();
  readonly #beginnings = new Map<number, (blob: Blob | undefined) => void>();
  #nextRead = 1;
  /** Of the one sender with whom this page is connected; ends with that session. */
  #autoAccept = false;
  /** The sender's page takes pictures of this one, too. */
  #invited = false;
  /** What the person permitted a remembered device holds from the first connection with it on. */
  #permits = true;
  /** A companion's: the name of the session beside it. */
  #beside = '';
  /** What each offer is about, until it is over. */
  readonly #offers = new Map<string, Accepted>();
  readonly #lost = new Map<string, Accepted>();
  /** What has ended otherwise, and of which a part is kept. */
  readonly #ended = new Map<string, Accepted>();
  #memoryLimit: number | undefined;
  /** Until when a download may still read one that was saved, whole or in part. */
  readonly #readUntil = new Map<string, number>();
  readonly #answered = new Set<string>();
  readonly #withdrawn: string[] = [];
  /** Digests of pictures whose bytes did not pass the check. */
  readonly #checkedTwice = new Set<string>();

  constructor(options: SessionOptions) {
    super(
      'receiver',
      options,
      new Worker(new URL('../worker/receiver.worker.ts', import.meta.url), { type: 'module' }),
    );
    this.port.post({ type: 'tab', name: tabName() });
    if (this.companion) return;
    const { known } = recallSenders();
    this.port.post({ type: 'senders', record: { known }, meeting: this.meeting });
  }

  /** Goes back to the session that this page was in before it was loaded anew; `false`: there was none. */
  resume(): boolean {
    const state = recallRejoin('receiver');
    if (state === undefined) return false;
    this.meeting += 1;
    this.port.post({ type: 'senders', record: recallSenders(), meeting: this.meeting });
    this.returned = true;
    // Its beginning was before the reload, and the person may have switched it off since.
    this.#permits = false;
    this.resumeWith(state);
    return true;
  }

  accept(transfer: string): void {
    const known = this.transfers.get(transfer);
    if (known?.state !== 'offered') return;
    const offer = this.#offers.get(transfer);
    if (offer !== undefined) {
      rememberAccepted(offer);
      // What was here of it goes on under this offer.
      this.#dropSame(this.#ended, offer, transfer);
    }
    this.#answered.add(transfer);
    mark('tessera:accepted', known);
    this.port.post({ type: 'accept', id: transfer });
  }

  override pause(transfer: string, paused: boolean): void {
    const lost = this.#lost.get(transfer);
    if (lost === undefined) {
      super.pause(transfer, paused);
      return;
    }
    // It waits for its sender, and the worker knows of it no more: said with its next offer.
    rememberResting(lost, paused);
    this.patch(transfer, { paused: paused ? 'here' : 'nobody' });
  }

  decline(transfer: string): void {
    this.#answered.add(transfer);
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
    const there = this.companion ? 'meeting' in this.met() : this.connector.connection === 'connected';
    this.#autoAccept = on && there;
    this.changed();
    if (!this.#autoAccept) return;
    for (const { id, state } of this.transfers.values()) if (state === 'offered') this.accept(id);
  }

  async read(transfer: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.#files.get(transfer);
    if (file !== undefined) return new Uint8Array(await file.slice(from, to).arrayBuffer());
    const request = this.#nextRead++;
    const answer = new Promise<Uint8Array<ArrayBuffer> | undefined>((resolve) =>
      this.#reads.set(request, resolve),
    );
    this.port.post({ type: 'read', request, id: transfer, from, to });
    const bytes = await answer;
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
    const lost = this.#lost.get(transfer);
    if (lost !== undefined) rememberAccepted(lost, false);
    this.#drop(transfer);
  }

  roomMade(): void {
    this.port.post({ type: 'measure-room' });
  }

  async beginning(transfer: string): Promise<Blob> {
    const request = this.#nextRead++;
    const answer = new Promise<Blob | undefined>((resolve) => this.#beginnings.set(request, resolve));
    this.port.post({ type: 'read-beginning', request, id: transfer });
    const blob = await answer;
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
      case 'offered': {
        const { id, name, mediaType, byteLength, modified, width, height, sha256, from, thumb } = message;
        const offer: Accepted = { sha256, byteLength, name, from };
        this.#offers.set(id, offer);
        // It was lost on its way, and is offered again.
        const rests = this.#dropSame(this.#lost, offer, id).some(restsHere) || wasResting(offer);
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
          meeting: this.meeting,
          ...(this.peerName === undefined ? {} : { sender: this.peerName }),
          ...(thumb === undefined ? {} : { thumb }),
        });
        // What was being received when this page was loaded anew, or the connection lost, goes on by itself.
        if (this.#autoAccept || wasAccepted(offer)) this.accept(id);
        if (rests) this.pause(id, true);
        break;
      }
      case 'senders':
        keepSenders(message.record, this.#beside);
        break;
      case 'invited':
        this.#invited = true;
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
        this.#reads.get(message.request)?.(message.bytes);
        this.#reads.delete(message.request);
        break;
      case 'beginning':
        this.#beginnings.get(message.request)?.(message.blob);
        this.#beginnings.delete(message.request);
        break;
      case 'memory-only':
        this.#memoryLimit = message.limit;
        this.changed();
        break;
      default:
    }
  }

  #onPreview(id: string, bytes: Uint8Array): void {
    const known = this.transfers.get(id);
    if (known === undefined || !isPreview(bytes)) return;
    mark('tessera:preview', known);
    this.patch(id, { preview: new Blob([new Uint8Array(bytes)], { type: 'image/webp' }) });
  }

  protected override stateChanged(transfer: TransferSnapshot): void {
    if (transfer.state === 'done') mark('tessera:complete', transfer);
    const { id } = transfer;
    // One that waited for its sender to return may be cancelled, or given up, too.
    const offer = this.#offers.get(id) ?? this.#lost.get(id);
    if (offer !== undefined && isMoving(transfer)) rememberResting(offer, restsHere(transfer));
    if (isMoving(transfer) && !wasLost(transfer)) return;
    this.#offers.delete(id);
    this.#lost.delete(id);
    if (offer !== undefined && (wasLost(transfer) || this.#comesAgain(transfer))) this.#lost.set(id, offer);
    else if (offer !== undefined) {
      rememberAccepted(offer, false);
      if (transfer.part !== undefined) this.#ended.set(id, offer);
    }
    if (isFinal(transfer) ? this.#answered.delete(id) : this.#answered.has(id)) return;
    this.#withdrawn.push(id);
    if (this.#withdrawn.length > MAX_WITHDRAWN) this.#drop(this.#withdrawn.shift() as string);
  }

  protected override onMet(returned: boolean): void {
    this.#autoAccept = false;
    this.#invited = false;
    this.#permits = true;
    // A page that is loaded anew before its first word must not take that one for the last.
    const { known, current } = recallSenders(this.#beside);
    const record = returned && current !== undefined ? { known, current } : { known };
    this.port.post({ type: 'senders', record, meeting: this.meeting });
  }

  protected override onConnected(): void {
    super.onConnected();
    if (this.#permits && deviceOf(this.connector.device)?.acceptAll === true) this.setAutoAccept(true);
    this.#permits = false;
  }

  protected override changed(): void {
    const { connection } = this.connector;
    // A companion that is lost is looked for again, for the same person.
    if (!this.companion && (connection === 'failed' || connection === 'closed')) this.#autoAccept = false;
    super.changed();
  }

  protected override extras(): Partial<SessionSnapshot> {
    const limit = this.#memoryLimit;
    const met = this.met();
    return {
      autoAccept: this.#autoAccept,
      ...met,
      ...(this.#invited && 'meeting' in met ? { invited: true } : {}),
      ...(limit === undefined ? {} : { memoryLimit: limit }),
    };
  }

  /** Its bytes did not pass the check: the sender offers it once more, and the person has said yes. */
  #comesAgain({ sha256 = '', problem }: TransferSnapshot): boolean {
    if (problem?.code !== 'digest-mismatch' && problem?.code !== 'storage-failed') return false;
    const first = !this.#checkedTwice.has(sha256);
    this.#checkedTwice.add(sha256);
    return first;
  }

  /** Earlier cards with these bytes of this sender go. @returns what they were */
  #dropSame(
    cards: ReadonlyMap<string, Accepted>,
    { from, sha256 }: Accepted,
    except: string,
  ): TransferSnapshot[] {
    const same = [...cards].filter(
      ([id, old]) => old.from === from && old.sha256 === sha256 && id !== except,
    );
    const shown = same.flatMap(([id]) => this.transfers.get(id) ?? []);
    for (const [id] of same) this.#drop(id);
    return shown;
  }

  #drop(id: string): void {
    this.#lost.delete(id);
    this.#ended.delete(id);
    this.forget(id);
  }
}

/** It stopped with the connection, or with the sender's page, and neither person ended it. */
const wasLost = ({ problem }: TransferSnapshot): boolean =>
  problem?.code === 'interrupted' || problem?.code === 'sender-returned';
