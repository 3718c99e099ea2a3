/**
 * Several nodes of the server, each a process of its own, over one Redis and behind a balancer that hands
 * each connection to the next node, whoever asks.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startLivingServer, type LivingServer } from './living-server.ts';
import { startRedis, type RedisServer } from './redis-server.ts';

export interface Cluster {
  /** The balancer. */
  origin: string;
  redis: RedisServer;
  nodes: LivingServer[];
  /** From now on nobody new is led to it. */
  leaveOut(node: LivingServer): void;
  /** Starts another one. */
  add(): Promise<LivingServer>;
  stop(): Promise<void>;
}

export async function startCluster(size: number): Promise<Cluster> {
  const redis = await startRedis();
  const nodes: LivingServer[] = [];
  const leftOut = new Set<LivingServer>();
  const start = async (): Promise<LivingServer> => {
    const node = await startLivingServer({
      settings: { REDIS_URL: redis.url, STUN: 'off', TRUST_PROXY: '1' },
    });
    nodes.push(node);
    return node;
  };
  await Promise.all(Array.from({ length: size }, start));
  const balancer = await balance(() => nodes.filter((node) => node.alive() && !leftOut.has(node)));
  return {
    origin: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    redis,
    nodes,
    leaveOut: (node) => void leftOut.add(node),
    add: start,
    stop: async () => {
      balancer.close();
      for (const node of nodes) node.stop();
      await redis.stop();
    },
  };
}

async function balance(nodes: () => readonly LivingServer[]): Promise<Server> {
  let turn = 0;
  let visitors = 0;
  const balancer = createServer((visitor) => {
    visitor.on('error', () => {});
    const all = nodes();
    const node = all[(turn += 1) % Math.max(1, all.length)];
    if (node === undefined) return void visitor.destroy();
    const onward: Socket = connect(node.port, '127.0.0.1');
    onward.on('error', () => visitor.destroy());
    onward.on('close', () => visitor.destroy());
    visitor.on('close', () => onward.destroy());
    // As a proxy of HTTP says whose request it is; each connection is a visitor of its own.
    const [second, third, fourth] = [visitors >> 16, (visitors >> 8) & 255, visitors & 255];
    visitors += 1;
    visitor.once('data', (head: Buffer) => {
      const address = `X-Forwarded-For: 10.${second}.${third}.${fourth}`;
      onward.write(head.toString('latin1').replace('\r\n', `\r\n${address}\r\n`), 'latin1');
      visitor.pipe(onward);
    });
    onward.pipe(visitor);
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  return balancer;
}
