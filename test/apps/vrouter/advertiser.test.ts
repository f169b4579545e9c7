import t from 'tap'
import { Advertiser, type Facts } from '../../../apps/vrouter/router/advertiser.ts'
import { KnownRouters } from '../../../apps/vrouter/router/known.ts'
import type { InterfaceFact, RouterFact, SiteFact } from '../../../controller/index.ts'
import { Icmpv6Type, parsePacket } from '../../../controller/packet/index.ts'

const mac = 0x0200_0000_fe01

const interfaceOf = (number: number, family: 4 | 6): InterfaceFact => ({
  ...{ router: 'r', subnet: `s${number}-${family}`, network: `n${number}`, vni: number, family, mac },
  ...{ leads: true, mtu: 1400, narrow: false },
  ...(family === 6
    ? { cidr: `fd00:${number}::/64`, address: `fd00:${number}::1` }
    : { cidr: `10.0.${number}.0/24`, address: `10.0.${number}.1` }),
})

const interfaces = [1, 2, 3].flatMap((number) => [interfaceOf(number, 4), interfaceOf(number, 6)])

const router: RouterFact = {
  ...{ id: 'r', mac, network: 'n1', routes: [] },
  external: {
    ...{ network: 'out', vni: 9, addresses: ['198.51.100.7', '2001:db8::7'], subnets: [] },
    ...{ host: undefined, dpid: undefined },
  },
}

/** Ten hosts that have all three networks. */
const start = () => {
  const sites = new Map<string, SiteFact>()
  for (let host = 1; host <= 10; host++) {
    for (const number of [1, 2, 3]) {
      const fact = { network: `n${number}`, vni: number, host: `h${host}`, dpid: BigInt(host) }
      sites.set(`${number} ${host}`, fact)
    }
  }
  const byKey = new Map(interfaces.map((one) => [`r ${one.subnet}`, one]))
  const facts: Facts = {
    sites,
    subnets: { get: () => undefined },
    interfaces: byKey,
    routers: new KnownRouters(interfaces, [router]),
  }
  const advertiser = new Advertiser()
  const sent: { readonly dpid: bigint; readonly type: number | 'arp' | undefined }[] = []
  const tick = (): void =>
    advertiser.tick(facts, sites.size, 10, (dpid, { data }) => {
      const { arp, icmpv6 } = parsePacket(data)
      sent.push({ dpid, type: arp ? 'arp' : icmpv6?.icmpType })
    })
  return { advertiser, sent, tick }
}

t.test('each host is told of each network’s router once in the interval, a few in each second', (t) => {
  const { sent, tick } = start()
  for (let second = 1; second <= 10; second++) {
    tick()
    t.equal(sent.length, second * 3)
  }
  t.ok(sent.every(({ type }) => type === Icmpv6Type.ROUTER_ADVERTISEMENT))
  for (let host = 1n; host <= 10n; host++) t.equal(sent.filter(({ dpid }) => dpid === host).length, 3)
  t.end()
})

t.test('a gateway that is new is told of to all hosts that have its network, and to no others', (t) => {
  const { advertiser, sent, tick } = start()
  tick()
  sent.length = 0
  advertiser.note('r s2-4')
  advertiser.note('r s2-6')
  advertiser.note('r gone')
  tick()
  const counts = (wanted: number | 'arp') => sent.filter(({ type }) => type === wanted).length
  t.equal(counts('arp'), 10)
  t.equal(counts(Icmpv6Type.NEIGHBOR_ADVERTISEMENT), 10)
  t.equal(counts(Icmpv6Type.ROUTER_ADVERTISEMENT), 10 + 3)
  sent.length = 0
  tick()
  t.equal(sent.length, 3, 'once')
  t.end()
})

t.test('a router answers a sender from the subnet of both, else from where it came, else as it can', (t) => {
  const known = new KnownRouters(interfaces, [router])
  const from4 = (a: number, b: number, c: number, d: number) =>
    ({ family: 4, number: BigInt(((a * 256 + b) * 256 + c) * 256 + d) }) as const
  t.equal(known.addressFor(mac, 3, from4(10, 0, 2, 9)), '10.0.2.1')
  t.equal(known.addressFor(mac, 3, from4(172, 16, 0, 1)), '10.0.3.1', 'behind a neighbour')
  t.equal(known.addressFor(mac, 9, from4(192, 0, 2, 1)), '198.51.100.7', 'from outside')
  t.equal(known.addressFor(mac, 9, { family: 6, number: 1n }), '2001:db8::7')
  t.equal(known.addressFor(mac, 99, from4(192, 0, 2, 1)), '10.0.1.1')
  t.equal(known.addressFor(1, 1, from4(10, 0, 1, 9)), undefined, 'no router of ours')
  t.end()
})
