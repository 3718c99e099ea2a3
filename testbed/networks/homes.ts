/**
 * Two homes and the internet between them:
 *
 *      home a                                                            home b
 *     ┌──────┐ 192.168.1.2     .11 ┌────────────────────┐ .12     192.168.1.2 ┌──────┐
 *     │ host ├──────── router ─────┤ 198.51.100.0/24 .1 ├───── router ────────┤ host │
 *     └──────┘ 2001:db8:a::2       │ 2001:db8::/64   ::1│       2001:db8:b::2 └──────┘
 *                                  └────────────────────┘
 *                                    server, coturn
 *
 * Routers let nothing in that was not asked for. Addresses are those of documentation (RFC 5737, RFC 3849).
 * The kernel here may lack netem, so there is no delay; loss is made by the packet filter.
 */
import { Namespaces } from './namespaces.ts';

export type Side = 'a' | 'b';
export const SIDES: readonly Side[] = ['a', 'b'];

export interface Home {
  /** IPv4 behind a router that shares its one address; or IPv6, where every host has its own. */
  family: 'ipv4' | 'ipv6';
  /**
   * How the router chooses the port under which a host is seen. `preserving`: the host's own, the same
   * towards everybody (endpoint-independent mapping, RFC 4787). `random`: another towards everyone
   * ("symmetric").
   */
  ports: 'preserving' | 'random';
  /**
   * `blocked`: no UDP leaves. `web-only`: nothing but TCP to port 443 and to the pages, as in a strict
   * office.
   */
  outward: 'open' | 'udp-blocked' | 'web-only';
}

export const ORDINARY_HOME: Home = { family: 'ipv4', ports: 'preserving', outward: 'open' };

const WAN = { a: 11, b: 12 } as const;
export const SERVER_ADDRESS = { ipv4: '198.51.100.1', ipv6: '2001:db8::1' } as const;
export const PAGES_PORT = 3000;

export class Homes {
  readonly namespaces = new Namespaces();
  readonly kinds: Readonly<Record<Side, Home>>;

  constructor(kinds: Readonly<Record<Side, Home>>) {
    this.kinds = kinds;
    try {
      this.namespaces.add('net', 'ra', 'rb', 'a', 'b');
      this.namespaces.shell(`
        ip -n @net link add name bridge0 type bridge
        ip -n @net addr add ${SERVER_ADDRESS.ipv4}/24 dev bridge0
        ip -n @net addr add ${SERVER_ADDRESS.ipv6}/64 dev bridge0 nodad
        ip -n @net link set bridge0 up`);
      for (const side of SIDES) this.#build(side, kinds[side]);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Where a page of this home finds the server. */
  origin(side: Side): string {
    const { family } = this.kinds[side];
    return `http://${family === 'ipv4' ? SERVER_ADDRESS.ipv4 : `[${SERVER_ADDRESS.ipv6}]`}:${PAGES_PORT}`;
  }

  /** Drops this share of what crosses the router, in each direction. */
  lose(side: Side, share: number): void {
    const drop = `FORWARD -p udp -m statistic --mode random --probability ${share} -j DROP`;
    this.namespaces.shell(`ip netns exec @r${side} iptables -I ${drop}`);
  }

  /** Other addresses inside and outside, as when a phone leaves the house: nothing that was open goes on. */
  move(side: Side): void {
    this.namespaces.shell(`
      ip -n @${side} addr flush dev eth0 scope global
      ip -n @r${side} addr flush dev wan scope global
      ip -n @r${side} addr flush dev lan scope global
      ip -n @r${side} addr add 198.51.100.${WAN[side] + 100}/24 dev wan
      ip -n @r${side} addr add 10.20.30.1/24 dev lan
      ip netns exec @r${side} conntrack -F
      ip -n @${side} addr add 10.20.30.2/24 dev eth0
      ip -n @${side} route add default via 10.20.30.1`);
  }

  /** Entries in the router's table of connections, by protocol. */
  entries(side: Side): { udp: number; tcp: number } {
    const lines = this.namespaces.shell(`ip netns exec @r${side} conntrack -L 2>/dev/null`).split('\n');
    const count = (protocol: string) => lines.filter((line) => line.startsWith(protocol)).length;
    return { udp: count('udp'), tcp: count('tcp') };
  }

  close(): void {
    this.namespaces.close();
  }

  #build(side: Side, { family, ports, outward }: Home): void {
    const { namespaces } = this;
    namespaces.shell(`
      ip link add wan netns @r${side} type veth peer name p${side} netns @net
      ip -n @net link set p${side} master bridge0 up
      ip link add lan netns @r${side} type veth peer name eth0 netns @${side}
      ip -n @r${side} link set wan up
      ip -n @r${side} link set lan up
      ip -n @${side} link set eth0 up`);
    const filter = family === 'ipv4' ? 'iptables' : 'ip6tables';
    if (family === 'ipv4') {
      namespaces.shell(`
        ip -n @r${side} addr add 198.51.100.${WAN[side]}/24 dev wan
        ip -n @r${side} addr add 192.168.1.1/24 dev lan
        ip -n @${side} addr add 192.168.1.2/24 dev eth0
        ip -n @${side} route add default via 192.168.1.1
        ip netns exec @r${side} sysctl -qw net.ipv4.ip_forward=1
        ip netns exec @r${side} iptables -t nat -A POSTROUTING -o wan -j MASQUERADE ${ports === 'random' ? '--random-fully' : ''}`);
    } else {
      namespaces.shell(`
        ip netns exec @r${side} sysctl -qw net.ipv6.conf.all.forwarding=1
        ip -n @r${side} addr add 2001:db8::${WAN[side]}/64 dev wan nodad
        ip -n @r${side} addr add 2001:db8:${side}::1/64 dev lan nodad
        ip -n @${side} addr add 2001:db8:${side}::2/64 dev eth0 nodad
        ip -n @${side} route add default via 2001:db8:${side}::1
        ip -n @r${side} route add default via ${SERVER_ADDRESS.ipv6}
        ip -n @net route add 2001:db8:${side}::/64 via 2001:db8::${WAN[side]}
        ip netns exec @net sysctl -qw net.ipv6.conf.all.forwarding=1`);
    }
    const asked = '-i wan -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';
    const rules = [
      '-P INPUT DROP',
      '-A INPUT -i lo -j ACCEPT',
      `-A INPUT ${asked}`,
      '-A INPUT -i lan -j ACCEPT',
    ];
    if (family === 'ipv6') rules.push('-A INPUT -p icmpv6 -j ACCEPT');
    if (outward !== 'open') rules.push('-A FORWARD -p udp -j DROP');
    if (outward === 'web-only') {
      rules.push(`-A FORWARD -i lan -p tcp -m multiport ! --dports 443,${PAGES_PORT} -j REJECT`);
    }
    rules.push(`-A FORWARD ${asked}`, '-A FORWARD -i wan -j DROP');
    namespaces.shell(rules.map((rule) => `ip netns exec @r${side} ${filter} ${rule}`).join('\n'));
  }
}
