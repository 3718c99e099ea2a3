/** Entry of the sending page's worker. */
import type { ToSenderEngine } from '../bridge/engine-messages.ts';
import { SenderEngine } from './sender-engine.ts';
import { receiveFromPage, workerHost } from './worker-host.ts';

receiveFromPage<ToSenderEngine>((instance) => {
  const engine = new SenderEngine(workerHost, instance);
  return Promise.resolve((message) => engine.handle(message));
});
