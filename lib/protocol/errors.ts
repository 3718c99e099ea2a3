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

export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'ProtocolError';
    this.code = code;
  }
}

export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
