/**
 * Where the pages get their session. A build with NEXT_PUBLIC_TESSERA_STATES=1 replays scripted states
 * instead, chosen with `?state=…`; in every other build the condition is constant and the script is not in
 * the bundle.
 */
import type { ReceiverSession, SenderSession, SessionOptions } from '../lib/session/model.ts';
import type { DeviceWatch, DeviceWatchOptions } from '../lib/session/devices/device-watch.ts';
import { holdTab } from '../lib/session/page/tab.ts';

/** The session's code is loaded beside the page, not before it: the page is laid out first. */
export function warmSession(): void {
  void import('../lib/session/index.ts').catch(() => undefined);
}

/**
 * Somebody is about to join: the way to the server is opened while they still type. Nothing is asked of it
 * yet.
 */
export function aboutToJoin(server: string): void {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') return;
  void import('../lib/session/index.ts').then(({ openAhead }) => openAhead(server)).catch(() => undefined);
}

/** They left the page instead. */
export function notJoining(): void {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') return;
  void import('../lib/session/index.ts').then(({ closeAhead }) => closeAhead()).catch(() => undefined);
}

/** This tab was sending when it was loaded anew. */
export async function canResumeSending(): Promise<boolean> {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') return false;
  const session = await import('../lib/session/index.ts');
  await holdTab();
  return session.canResumeSending();
}

/** This tab was receiving when it was loaded anew. */
export async function canResume(): Promise<boolean> {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') return false;
  const { canResumeReceiving } = await import('../lib/session/index.ts');
  return canResumeReceiving();
}

/** Waits for rings of remembered devices. */
export async function makeDeviceWatch(options: DeviceWatchOptions): Promise<DeviceWatch> {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1')
    return { ring: () => Promise.resolve('device-away'), close: () => undefined };
  const { createDeviceWatch } = await import('../lib/session/index.ts');
  return createDeviceWatch(options);
}

export async function makeSenderSession(options: SessionOptions): Promise<SenderSession> {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') {
    const { scriptedSender } = await import('./states/scripted-session.ts');
    return scriptedSender();
  }
  const { createSenderSession } = await import('../lib/session/index.ts');
  await holdTab();
  return createSenderSession(options);
}

export async function makeReceiverSession(options: SessionOptions): Promise<ReceiverSession> {
  if (process.env.NEXT_PUBLIC_TESSERA_STATES === '1') {
    const { scriptedReceiver } = await import('./states/scripted-session.ts');
    return scriptedReceiver();
  }
  const { createReceiverSession } = await import('../lib/session/index.ts');
  await holdTab();
  return createReceiverSession(options);
}
