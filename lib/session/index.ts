/** All that pages import to make a session; its types are in `model.ts`. */
import type { ReceiverSession, SenderSession, SessionOptions } from './model.ts';
import { BrowserReceiverSession } from './page/receiver-session.ts';
import { recallRejoin, recallRoom, rejoinNames } from './connection/rejoin-memory.ts';
import { BrowserSenderSession } from './page/sender-session.ts';

export { createDeviceWatch } from './devices/device-watch.ts';
export { closeAhead, openAhead } from './connection/signaling-socket.ts';

/** The sending page's session; nothing is asked of the network before a room is opened. */
export function createSenderSession(options: SessionOptions): SenderSession {
  return new BrowserSenderSession(options);
}

/** The receiving page's session; nothing is asked of the network before it joins. */
export function createReceiverSession(options: SessionOptions): ReceiverSession {
  return new BrowserReceiverSession(options);
}

/** Whether this tab was sending when it was loaded anew, and finds its way back, or had a room open. */
export const canResumeSending = (): boolean =>
  rejoinNames('sender').length > 0 || recallRoom('sender') !== undefined;

/** Whether this tab was receiving when it was loaded anew, and finds its way back, or had a room open. */
export const canResumeReceiving = (): boolean =>
  recallRejoin('receiver') !== undefined || recallRoom('receiver') !== undefined;
