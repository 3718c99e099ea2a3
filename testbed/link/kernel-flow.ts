/**
 * One TCP flow of this machine's kernel over the relay's link, beside whatever else crosses it. Both ends
 * have a network namespace of their own, and each packet crosses the relay in a datagram:
 *
 *     source ── TUN ── socat ══ relay ══ socat ── TUN ── sink
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Namespaces, namespacesMissing } from '../networks/namespaces.ts';
import { hasProgram } from '../program.ts';
import type { Link } from './relay.ts';

/** As Linux calls them. */
export type CongestionControl = 'cubic' | 'reno' | 'bbr';

const PROCESS = fileURLToPath(new URL('tcp-process.ts', import.meta.url));
/** Of documentation (RFC 5737). */
const NETWORK = '192.0.2.0/24';
const ADDRESS = { source: '192.0.2.1', sink: '192.0.2.2' } as const;
const PORT = 5001;
const DEVICE_TIMEOUT_MS = 5000;
const ENDS = ['source', 'sink'] as const;

let made = 0;

/** Why there can be no such flow here, or `undefined`. */
export function kernelFlowMissing(): string | undefined {
  if (!hasProgram('socat', '-V')) return 'the program socat is missing';
  if (!existsSync('/dev/net/tun')) return 'the kernel has no TUN devices';
  return namespacesMissing();
}

/** Which of them this kernel has. */
export function congestionControls(): CongestionControl[] {
  const available = readFileSync('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8');
  return (['cubic', 'reno', 'bbr'] as const).filter((name) => available.split(/\s/).includes(name));
}

export class KernelFlow {
  readonly #namespaces: Namespaces;
  readonly #tunnels: readonly ChildProcess[];
  readonly #sink: ReturnType<Namespaces['spawn']>;

  private constructor(
    namespaces: Namespaces,
    tunnels: readonly ChildProcess[],
    sink: ReturnType<Namespaces['spawn']>,
  ) {
    this.#namespaces = namespaces;
    this.#tunnels = tunnels;
    this.#sink = sink;
  }

  /** The source is on the sender's side and writes without end. */
  static async open(link: Link, congestion: CongestionControl): Promise<KernelFlow> {
    const namespaces = new Namespaces();
    const tunnels: ChildProcess[] = [];
    try {
      namespaces.add(...ENDS);
      const ports = { source: await freeUdpPort(), sink: await freeUdpPort() };
      const [sinkStandIn] = await link.standIns('receiver', [ports.sink]);
      const [sourceStandIn] = await link.standIns('sender', [ports.source]);
      const towards = { source: sinkStandIn, sink: sourceStandIn };
      for (const end of ENDS) {
        const device = `tess${process.pid}${end === 'source' ? 'a' : 'b'}${made++ % 10}`;
        tunnels.push(tunnel(device, ports[end], towards[end] as number));
        await until(() => existsSync(`/sys/class/net/${device}`));
        // The tunnel's program keeps its end of the device and stays outside. The route names the congestion
        // control: by sysctl a namespace may have only what the whole machine allows.
        namespaces.shell(`
          ip link set ${device} netns @${end}
          ip -n @${end} addr add ${ADDRESS[end]}/24 dev ${device}
          ip -n @${end} link set ${device} up
          ip -n @${end} route replace ${NETWORK} dev ${device} congctl ${congestion}`);
      }
      const run = (end: (typeof ENDS)[number]): ReturnType<Namespaces['spawn']> =>
        namespaces.spawn(end, process.execPath, [
          '--import',
          'tsx',
          PROCESS,
          end,
          ADDRESS.sink,
          String(PORT),
        ]);
      const sink = run('sink');
      await line(sink);
      await line(run('source'));
      return new KernelFlow(namespaces, tunnels, sink);
    } catch (error) {
      end(namespaces, tunnels);
      throw error;
    }
  }

  /** Bytes that the sink has read so far, and when, ms. */
  async received(): Promise<{ bytes: number; at: number }> {
    this.#sink.stdin?.write('\n');
    const bytes = Number(await line(this.#sink));
    return { bytes, at: performance.now() };
  }

  close(): void {
    end(this.#namespaces, this.#tunnels);
  }
}

function end(namespaces: Namespaces, tunnels: readonly ChildProcess[]): void {
  for (const child of tunnels) child.kill('SIGKILL');
  namespaces.close();
}

/** Packets of a new TUN device in datagrams to `towards`; in real time where that may be, as the relay. */
function tunnel(device: string, port: number, towards: number): ChildProcess {
  const socat = [
    'socat',
    `TUN,tun-name=${device},iff-no-pi`,
    `UDP4:127.0.0.1:${towards},bind=127.0.0.1:${port}`,
  ];
  const realTime = hasProgram('chrt', '--version') ? ['chrt', '--rr', '20'] : [];
  const [program, ...args] = [...realTime, ...socat] as [string, ...string[]];
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The browsers hold many UDP ports, of which a free TCP port may be one. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEVICE_TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the TUN device did not appear');
    await sleep(10);
  }
}

/** The next line that it writes. */
function line(child: ReturnType<Namespaces['spawn']>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaint = '';
    const failed = (): void => reject(new Error(`a TCP end has ended:\n${complaint}`));
    const complained = (text: Buffer): void => void (complaint += text.toString());
    const heard = (text: Buffer): void => {
      said += text.toString();
      if (!said.endsWith('\n')) return;
      child.stdout.off('data', heard);
      child.stderr.off('data', complained);
      child.off('exit', failed);
      resolve(said.trim());
    };
    child.stdout.on('data', heard);
    child.stderr.on('data', complained);
    child.once('exit', failed);
  });
}
