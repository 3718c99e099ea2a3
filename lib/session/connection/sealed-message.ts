/** What two sides say under the keys of their pairing, by way of the server. */
import type { SealedChannel } from '../pairing/sealed-channel.ts';

export type SealedMessage =
  /** WebRTC signaling: JSON of the other side, not looked at here. */
  | { readonly type: 'signal'; readonly signal: unknown }
  /** For what this side has given up, a `ProblemCode`. */
  | { readonly type: 'given-up'; readonly reason: string };

/** Types of the sealed channel's messages. */
const SIGNAL = 1;
const GIVEN_UP = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function sealMessage(channel: SealedChannel, message: SealedMessage): Uint8Array {
  return message.type === 'signal'
    ? channel.seal(SIGNAL, encoder.encode(JSON.stringify(message.signal)))
    : channel.seal(GIVEN_UP, encoder.encode(message.reason));
}

/** `tampered`: no one with the keys has sealed it. `unknown`: a kind that newer versions may have. */
export function openMessage(
  channel: SealedChannel,
  bytes: Uint8Array,
): SealedMessage | 'tampered' | 'unknown' {
  const opened = channel.open(bytes);
  if (!opened.ok) return 'tampered';
  const text = decoder.decode(opened.plaintext);
  if (opened.type === GIVEN_UP) return { type: 'given-up', reason: text };
  if (opened.type !== SIGNAL) return 'unknown';
  try {
    return { type: 'signal', signal: JSON.parse(text) as unknown };
  } catch {
    return 'unknown';
  }
}
