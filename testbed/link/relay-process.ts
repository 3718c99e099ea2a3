/** The relay in a process of its own, so that neither a test nor a browser's driver delays its packets. */
import { execFileSync } from 'node:child_process';
import { setPriority } from 'node:os';
import { RelayServer } from './relay-server.ts';
import type { RelayCall, RelayReply } from './relay.ts';

const RELAY_PRIORITY = -15;
const REAL_TIME_PRIORITY = 20;

// It plays a network: where it may, it goes before the browsers, so that a full processor is not a full
// queue. Linux weighs niceness only within a terminal session and each browser has one of its own, so only
// real time (util-linux) goes before them.
try {
  execFileSync('chrt', ['--rr', '--pid', String(REAL_TIME_PRIORITY), String(process.pid)], {
    stdio: 'ignore',
  });
} catch {
  try {
    setPriority(RELAY_PRIORITY);
  } catch {
    // Only root may.
  }
}

const relay = new RelayServer();

async function answer(call: RelayCall): Promise<unknown> {
  switch (call.kind) {
    case 'standIns':
      return Promise.all(call.ports.map((port) => relay.standIn(call.owner, port, call.far)));
    case 'configure':
      return relay.configure(call.change, call.direction, call.far);
    case 'blackhole':
      return relay.blackhole(call.milliseconds, call.direction);
    case 'stats':
      return relay.stats();
    case 'resetStats':
      return relay.resetStats();
  }
}

function reply(message: RelayReply): void {
  if (process.connected) process.send?.(message);
}

process.on('message', (call: RelayCall) => {
  answer(call).then(
    (value) => reply({ id: call.id, value }),
    (error: unknown) => reply({ id: call.id, error: String(error) }),
  );
});

// The parent is gone, however it went.
process.on('disconnect', () => {
  relay.close();
  process.exit(0);
});

reply({ id: 0, value: 'ready' });
