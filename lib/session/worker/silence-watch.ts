/** When a connection on which something should arrive counts as silent. */
import type { Millis } from '../../protocol/endpoint.ts';

/**
 * While a picture crosses something arrives several times a round trip. Several of the longest round trips
 * without anything: the path may be gone, be it with this side's address or with the other's.
 */
export const SILENT_AFTER_MS = 2000;

/** Reports each change between a connection that is silent where it should not be, and one that is not. */
export class SilenceWatch {
  readonly #report: (silent: boolean) => void;
  #silent = false;

  constructor(report: (silent: boolean) => void) {
    this.#report = report;
  }

  /** `expected`: something should arrive. `silentFor`: since when nothing has. */
  look(expected: boolean, silentFor: Millis): void {
    const silent = expected && silentFor >= SILENT_AFTER_MS;
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#report(silent);
  }
}
