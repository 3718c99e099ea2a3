/** What this receiving page sends to its sender: its own queue, beside the session in which it receives. */
import { toHex } from '../../lib/checksum/hex.ts';
import { sendBackBeside, type SendingBack } from '../../lib/store/companion.ts';
import { imageTools } from '../../lib/store/image-tools.ts';
import { createSendStore, isOver, type SendStore } from '../../lib/store/send-store.ts';
import { makeSenderSession } from '../make-session.ts';
import { settings } from '../settings.ts';
import { setUnderway } from '../underway.ts';
import { keptQueue } from '../ui/pick/kept-queue.ts';
import { receiving, returnedMeeting, SENT_BACK, sendingBack } from './receiver-store.ts';

let store: SendStore | undefined;
let driver: Promise<SendingBack> | undefined;

/** The one of this tab: it outlives the page that draws it. */
export function sendBackStore(): SendStore {
  store ??= make();
  return store;
}

/** What of it outlives the page. */
export const queue = keptQueue(sendBackStore, SENT_BACK);

const meetingNow = (): number | undefined => receiving()?.session.snapshot().meeting;

/** After a reload: what was not sent yet goes on. */
export async function returnSentBack(): Promise<void> {
  await queue.back();
  const { items, missing } = sendBackStore().getState();
  if (items.length + missing.length === 0) return;
  sendingBack.setState({ begun: true });
  if (receiving() !== undefined) await sendBack();
}

function make(): SendStore {
  let count = 0;
  const page = toHex(crypto.getRandomValues(new Uint8Array(8)));
  const made = createSendStore({
    makeSession: makeSenderSession,
    tools: imageTools,
    makeId: () => `${page}-${++count}`,
    // Also before there is a companion, and while it is lost: picked for whoever is connected.
    meetingNow,
    returnedTo: returnedMeeting,
  });
  made.subscribe(({ items, snapshot }) => {
    if (items.length > 0) queue.keep();
    setUnderway('receiver-companion', {
      open: false,
      atStake: items.some((item) => !isOver(item, snapshot)),
    });
  });
  return made;
}

/** Something was picked, or is to be tried again. Rejects when a part of the page cannot be loaded. */
export async function sendBack(): Promise<void> {
  driver ??= begin();
  const began = driver;
  try {
    (await began).again();
  } catch (error) {
    if (driver === began) driver = undefined;
    throw error;
  }
}

async function begin(): Promise<SendingBack> {
  const made = sendBackStore();
  sendingBack.setState({ begun: true });
  const main = receiving();
  if (main === undefined) throw new Error('nobody was met');
  const companion = await makeSenderSession({ ...main.options, companion: true });
  const limit = (): void => companion.limitRate(settings.getState().rateLimit);
  settings.subscribe(({ rateLimit }, before) => rateLimit !== before.rateLimit && limit());
  limit();
  made.around(companion);
  const waits = (): boolean => {
    const { items } = made.getState();
    const snapshot = companion.snapshot();
    return items.some((item) => !isOver(item, snapshot));
  };
  const sending = sendBackBeside(main.session, companion, waits);
  made.subscribe(() => sending.look());
  return sending;
}
