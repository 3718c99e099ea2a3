import { fitPath } from '../../image/file-name.ts';
import type { FromEngine, ToSenderEngine } from '../bridge/engine-messages.ts';
import type { OutgoingPicture, SenderSession, SessionOptions, SessionSnapshot } from '../model.ts';
import { recallRejoin } from '../connection/rejoin-memory.ts';
import { noFigures } from '../no-figures.ts';
import { isFinal } from '../transfer-state.ts';
import { SessionBase } from './session-base.ts';

/**
 * Lanes opened as soon as two sides are connected, in the background: enough to start at a good rate, and no
 * more than a second of handshakes on a bad path.
 */
const FIRST_LANES = 32;

/** `SenderSession` over a worker and WebRTC. */
export class BrowserSenderSession extends SessionBase<ToSenderEngine> implements SenderSession {
  readonly #pictures = new Map<string, OutgoingPicture>();
  readonly #headers = new Map<string, Uint8Array>();

  constructor(options: SessionOptions) {
    super(
      'sender',
      options,
      new Worker(new URL('../worker/sender.worker.ts', import.meta.url), { type: 'module' }),
    );
  }

  resume(): boolean {
    const state = recallRejoin('sender');
    if (state === undefined) return false;
    this.meeting += 1;
    this.connector.resume(state);
    return true;
  }

  send(pictures: readonly OutgoingPicture[]): void {
    for (const picture of pictures) {
      this.#pictures.set(picture.id, picture);
      this.#queue(picture);
    }
  }

  retry(transfer: string): void {
    const picture = this.#pictures.get(transfer);
    const shown = this.transfers.get(transfer);
    if (picture === undefined || shown === undefined || !isFinal(shown) || shown.state === 'done') return;
    // The person wants it as it is now.
    const { meeting: _, expected: __, ...again } = picture;
    this.#pictures.set(transfer, again);
    this.#queue(again);
  }

  offerHeld(transfer: string): void {
    this.port.post({ type: 'offer-held', id: transfer });
  }

  limitRate(megabits: number): void {
    this.port.post({ type: 'limit-rate', megabits });
  }

  headerBytes(transfer: string): Uint8Array | undefined {
    return this.#headers.get(transfer);
  }

  protected override onMessage(message: FromEngine): void {
    if (message.type === 'lanes')
      this.connector.transport?.setLaneTarget(Math.max(FIRST_LANES, message.target), message.hold);
    else if (message.type === 'header') this.#headers.set(message.id, message.bytes);
  }

  protected override onConnected(): void {
    super.onConnected();
    this.connector.transport?.setLaneTarget(FIRST_LANES);
  }

  protected override extras(): Partial<SessionSnapshot> {
    const { connection } = this.connector;
    return connection === 'connected' || connection === 'reconnecting' ? { meeting: this.meeting } : {};
  }

  #queue(chosen: OutgoingPicture): void {
    const picture = { ...chosen, name: fitPath(chosen.name) };
    const { blob, preview, meeting: _, expected: __, ...facts } = picture;
    this.show({
      ...facts,
      byteLength: blob.size,
      state: 'queued',
      figures: noFigures(blob.size),
      ...(preview === undefined
        ? {}
        : { preview: new Blob([new Uint8Array(preview)], { type: 'image/webp' }) }),
    });
    this.port.post({ type: 'send', picture });
  }
}
