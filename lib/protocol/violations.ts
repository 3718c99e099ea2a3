import { ProtocolError, type ProtocolErrorCode } from './errors.ts';

/** Rules that the other side broke: what is malformed is dropped and counted, and ends nothing. */
export class Violations {
  count = 0;
  /** The newest one. */
  last: ProtocolErrorCode | undefined;

  /** Runs `handle`; a `ProtocolError` is counted, any other error is ours and thrown on. */
  guard(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.count += 1;
      this.last = error.code;
    }
  }
}
