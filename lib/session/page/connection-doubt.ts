/** Whether the connection in use may be dead: its engine hears nothing, or this side has another network. */
import { watchNetwork } from './network-watch.ts';

/**
 * How long a change of this side's network puts the connection in doubt. The other side notices a dead path
 * within two seconds while a picture crosses, within ten by itself.
 */
const NETWORK_DOUBT_MS = 15_000;

export class ConnectionDoubt {
  readonly #report: (silent: boolean) => void;
  /** The engine finds that nothing arrives. */
  #silent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #unwatch: () => void;

  /** @param report called with every finding; the same one may be repeated */
  constructor(report: (silent: boolean) => void) {
    this.#report = report;
    this.#unwatch = watchNetwork(() => this.#onNetwork());
  }

  engineFinds(silent: boolean): void {
    this.#silent = silent;
    this.#report(silent);
  }

  stop(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  /** This side's address may be another one: the old connection leads nowhere, and does not say so. */
  #onNetwork(): void {
    this.#report(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => !this.#silent && this.#report(false), NETWORK_DOUBT_MS);
  }
}
