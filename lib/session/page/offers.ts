/** What became of each offer, so that what was accepted goes on by itself when it is offered again. Pure. */
import type { TransferSnapshot } from '../model.ts';
import { isFinal, isMoving } from '../transfer-state.ts';
import type { Accepted } from './accepted-memory.ts';

/**
 * Offers that ended without an answer and are still shown: a person sees what was taken back, not eight
 * thousand of them. Where they follow each other each drawing has other ones, and a card is some 60 elements.
 */
const MAX_WITHDRAWN = 20;

/** What is to be done when the state of a transfer is another one. */
export interface Outcome {
  /** The answer to this offer is taken back: the next one is a question. */
  readonly asksAgain?: Accepted;
  /** This one's card is not shown any longer. */
  readonly forgotten?: string;
}

/** By the transfers' ids. */
export class Offers {
  /** What each offer is about, until it is over. */
  readonly #open = new Map<string, Accepted>();
  /** What stopped with its connection, or is sent once more. */
  readonly #lost = new Map<string, Accepted>();
  /** What has ended otherwise, and of which a part is kept. */
  readonly #ended = new Map<string, Accepted>();
  readonly #answered = new Set<string>();
  readonly #withdrawn: string[] = [];
  /** Digests of pictures whose bytes did not pass the check. */
  readonly #checkedTwice = new Set<string>();

  /** What one is about that has not ended, or waits for its sender to return. */
  about(id: string): Accepted | undefined {
    return this.#open.get(id) ?? this.#lost.get(id);
  }

  /** What one is about that waits for its sender to return. */
  lost(id: string): Accepted | undefined {
    return this.#lost.get(id);
  }

  /** Returns the cards of the same bytes that were lost on their way: this one goes on with them. */
  offered(id: string, offer: Accepted): string[] {
    this.#open.set(id, offer);
    return this.#takeSame(this.#lost, offer, id);
  }

  /** Returns what it was about, and the cards of which this one uses what is here. */
  accept(id: string): { readonly offer: Accepted | undefined; readonly replaced: string[] } {
    this.#answered.add(id);
    const offer = this.#open.get(id);
    return { offer, replaced: offer === undefined ? [] : this.#takeSame(this.#ended, offer, id) };
  }

  decline(id: string): void {
    this.#answered.add(id);
  }

  /** Returns what it was about, if it was to go on by itself. */
  throwAway(id: string): Accepted | undefined {
    const lost = this.#lost.get(id);
    this.#take(id);
    return lost;
  }

  stateChanged(transfer: TransferSnapshot): Outcome {
    if (isMoving(transfer) && !wasLost(transfer)) return {};
    const { id } = transfer;
    const asksAgain = this.#over(transfer);
    const outcome = asksAgain === undefined ? {} : { asksAgain };
    if (isFinal(transfer) ? this.#answered.delete(id) : this.#answered.has(id)) return outcome;
    this.#withdrawn.push(id);
    if (this.#withdrawn.length <= MAX_WITHDRAWN) return outcome;
    const forgotten = this.#withdrawn.shift() as string;
    this.#take(forgotten);
    return { ...outcome, forgotten };
  }

  /** Returns what is a question again. One that waited for its sender to return may be over, too. */
  #over(transfer: TransferSnapshot): Accepted | undefined {
    const { id } = transfer;
    const offer = this.about(id);
    this.#open.delete(id);
    this.#lost.delete(id);
    if (offer === undefined) return undefined;
    if (wasLost(transfer) || this.#comesAgain(transfer)) {
      this.#lost.set(id, offer);
      return undefined;
    }
    if (transfer.part !== undefined) this.#ended.set(id, offer);
    return offer;
  }

  /** Its bytes did not pass the check: the sender offers it once more, and the person has said yes. */
  #comesAgain({ sha256 = '', problem }: TransferSnapshot): boolean {
    if (problem?.code !== 'digest-mismatch' && problem?.code !== 'storage-failed') return false;
    const first = !this.#checkedTwice.has(sha256);
    this.#checkedTwice.add(sha256);
    return first;
  }

  /** Of this sender, with these bytes. */
  #takeSame(cards: ReadonlyMap<string, Accepted>, { from, sha256 }: Accepted, except: string): string[] {
    const same = [...cards].filter(
      ([id, old]) => old.from === from && old.sha256 === sha256 && id !== except,
    );
    for (const [id] of same) this.#take(id);
    return same.map(([id]) => id);
  }

  #take(id: string): void {
    this.#lost.delete(id);
    this.#ended.delete(id);
  }
}

/** It stopped with the connection, or with the sender's page, and neither person ended it. */
const wasLost = ({ problem }: TransferSnapshot): boolean =>
  problem?.code === 'interrupted' || problem?.code === 'sender-returned';
