/**
 * Errors name their owner: `ProtocolError` is the other side's fault (a message that breaks a rule of
 * `docs/PROTOCOL.md`), `UsageError` ours (the core was called in a way it forbids).
 */
export type ProtocolErrorCode =
  | 'truncated'
  | 'trailing-bytes'
  | 'too-long'
  | 'unknown-type'
  | 'bad-text'
  | 'bad-length'
  | 'bad-number'
  | 'bad-version'
  | 'unknown-transfer'
  | 'wrong-state'
  | 'too-many-offers'
  | 'wrong-lane';

/**
 * Bytes of the other side that break a rule; the session's owner drops or ends, and never trusts the rest.
 */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

/** A call that the contract forbids: ours to fix, never caused by the other side. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
