/** Entry of the receiving page's worker. */
import { openByteStore } from '../../storage/open-store.ts';
import type { ToReceiverEngine } from '../bridge/engine-messages.ts';
import { ReceiverEngine } from './receiver-engine.ts';
import { receiveFromPage, workerHost } from './worker-host.ts';

receiveFromPage<ToReceiverEngine>(async (instance) => {
  const engine = new ReceiverEngine(workerHost, instance, await openByteStore());
  return (message) => engine.handle(message);
});
