import type { ReceiverSession, SenderSession, SessionOptions } from './model.ts';

export function createSenderSession(_options: SessionOptions): SenderSession {
  throw new Error('being built');
}

export function createReceiverSession(_options: SessionOptions): ReceiverSession {
  throw new Error('being built');
}
