import t, { type Test } from 'tap'
import arpResponder from '../../../apps/arp-responder/app.ts'
import firewall from '../../../apps/vrouter/firewall/app.ts'
import router from '../../../apps/vrouter/router/app.ts'
import {
  arpRequestFrame,
  echoFrame,
  Icmpv6Type,
  ipv4Of,
  ipv6Of,
  linkLocalOf,
  NeighborFlags,
  neighborFrame,
  type Packet,
  parsePacket,
  udpFrame,
} from '../../../controller/packet/index.ts'
import { until } from '../../engine/lab.ts'
import { doc, hostDoc, macOf, portDocs, type SimHost, simHost } from '../one-host.ts'

const tunnel = 65001
const gateway = '02:00:00:00:fe:01'
const gatewayMac = 0x0200_0000_fe01
const [blue, green, red] = [11, 12, 13]

/** Containers a and e are in blue, b in green, all here; c of green is on another host; d has the addresses of b, in red. */
const docs = [
  hostDoc('h2', 2n, '192.0.2.2'),
  doc('network', 'blue', { vni: blue, mtu: 1400 }),
  doc('network', 'green', { vni: green, mtu: 1300 }),
  doc('network', 'red', { vni: red }),
  doc('subnet', 'blue4', { network: 'blue', cidr: '10.0.1.0/24' }),
  doc('subnet', 'blue6', { network: 'blue', cidr: 'fd00:1::/64', dns: ['fd00::53', '10.0.0.53'] }),
  doc('subnet', 'green4', { network: 'green', cidr: '10.0.2.0/24' }),
  doc('subnet', 'green6', { network: 'green', cidr: 'fd00:2::/64' }),
  doc('subnet', 'red4', { network: 'red', cidr: '10.0.2.0/24' }),
  ...[
    { id: 'a', network: 'blue', addresses: ['10.0.1.2', 'fd00:1::2'], host: 'h1', ofport: 1 },
    { id: 'b', network: 'green', addresses: ['10.0.2.3', 'fd00:2::3'], host: 'h1', ofport: 2 },
    { id: 'c', network: 'green', addresses: ['10.0.2.4', 'fd00:2::4'], host: 'h2', ofport: 1 },
    { id: 'd', network: 'red', addresses: ['10.0.2.3'], host: 'h1', ofport: 3 },
    { id: 'e', network: 'blue', addresses: ['10.0.1.5', 'fd00:1::5'], host: 'h1', ofport: 4 },
  ].flatMap(({ id, ...port }, index) => portDocs(id, { ...port, mac: macOf(index + 1) })),
  doc('router', 'r', {
    subnets: ['blue4', 'blue6', 'green4', 'green6'],
    mac: gateway,
    routes: [
      { to: '10.9.0.0/16', via: ['10.0.2.3'] },
      { to: '10.9.9.0/24', via: ['10.0.2.3', '10.0.2.4', '10.0.1.5'] },
      { to: 'fd00:9::/32', via: ['fd00:2::3'] },
    ],
  }),
  doc('router', 'other', { subnets: ['red4'], mac: '02:00:00:00:fe:02' }),
]

const start = async (t: Test, ...more: readonly unknown[]): Promise<SimHost> => {
  const lab = await simHost(t, [arpResponder, router, ...more], [1, 2, 3, 4, { number: tunnel, tunnel: true }])
  await lab.apply(...docs)
  lab.left()
  return lab
}

/** What came out at once, without the controller's part. */
const out = (lab: SimHost, port: number, frame: Uint8Array) =>
  lab.sw.receive(port, frame).outputs.map(({ port, frame, tunnel }) => ({ port, tunnel, ...parsePacket(frame) }))

/** The first frame out of a port that is as expected. */
const answer = async (lab: SimHost, isIt: (packet: Packet) => boolean): Promise<Packet> => {
  const seen: Packet[] = []
  await until('there is an answer', () => {
    seen.push(...lab.left().map(({ frame }) => parsePacket(frame)))
    return seen.some(isIt)
  })
  return seen.find(isIt) ?? {}
}

const fromA = { src: macOf(1), dst: gateway }
const a4 = '10.0.1.2'
const a6 = 'fd00:1::2'

t.test('a packet is routed on the host of its sender: one hop less, from the gateway to the neighbour', async (t) => {
  const lab = await start(t)
  for (const [src, dst] of [
    [a4, '10.0.2.3'],
    [a6, 'fd00:2::3'],
  ] as const) {
    const [one, more] = out(lab, 1, echoFrame(fromA, { src, dst, ttl: 9 }))
    t.equal(more, undefined)
    t.equal(one?.port, 2)
    t.match(one?.eth, { src: gatewayMac, dst: 2 + 0x0200_0000_0000 })
    t.equal(one?.ipv4?.ttl ?? one?.ipv6?.hopLimit, 8)
  }
})

t.test('to another host it goes through a tunnel, in the network of its destination', async (t) => {
  const lab = await start(t)
  const [one] = out(
    lab,
    1,
    udpFrame(fromA, { src: a4, dst: '10.0.2.4' }, { src: 1, dst: 2, payload: new Uint8Array(9) }),
  )
  t.equal(one?.port, tunnel)
  t.match(one?.tunnel, { id: BigInt(green) })
  t.match(one?.eth, { src: gatewayMac, dst: 3 + 0x0200_0000_0000 })
})

t.test('only the networks of a router reach it, whatever Ethernet address others send to', async (t) => {
  const lab = await start(t)
  const fromD = { src: macOf(4), dst: gateway }
  t.same(out(lab, 3, echoFrame(fromD, { src: '10.0.2.3', dst: a4 })), [])
  t.same(out(lab, 3, echoFrame(fromD, { src: '10.0.2.3', dst: '10.0.1.1' })), [], 'not its gateway either')
  const [asked] = out(lab, 3, arpRequestFrame({ mac: macOf(4), ip: '10.0.2.3' }, '10.0.2.1'))
  t.equal(asked?.arp?.sha, 0x0200_0000_fe02, 'and they have their own')
})

t.test('gateways answer ARP, neighbour discovery and echoes by themselves', async (t) => {
  const lab = await start(t)
  const [arp] = out(lab, 1, arpRequestFrame({ mac: macOf(1), ip: a4 }, '10.0.1.1'))
  t.match(arp?.arp, { op: 2, sha: gatewayMac, spa: ipv4Of('10.0.1.1') })
  for (const target of ['fd00:1::1', linkLocalOf(gatewayMac)]) {
    const solicitation = { icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION, target, sll: macOf(1) }
    const link = { src: macOf(1), dst: '33:33:ff:00:00:01' }
    const [told] = out(lab, 1, neighborFrame(link, { src: a6, dst: 'ff02::1:ff00:1' }, solicitation))
    const flags = NeighborFlags.ROUTER + NeighborFlags.SOLICITED + NeighborFlags.OVERRIDE
    t.match(told?.neighbor, { target: ipv6Of(target), tll: gatewayMac, flags })
  }
  for (const dst of ['10.0.1.1', '10.0.2.1', 'fd00:1::1', 'fd00:2::1']) {
    const src = dst.includes(':') ? a6 : a4
    const [echo] = out(lab, 1, echoFrame(fromA, { src, dst, ttl: 1 }, { identifier: 5, sequence: 6 }))
    t.equal(echo?.port, 1)
    t.equal((echo?.icmp ?? echo?.icmpv6)?.rest, 0x5_0006)
    t.equal(echo?.ipv4?.src ?? echo?.ipv6?.src, dst.includes(':') ? ipv6Of(dst) : ipv4Of(dst))
  }
})

t.test('who looks for a router by IPv6 is told its prefix, MTU, name servers and to ask for an address', async (t) => {
  const lab = await start(t)
  const look = { icmpType: Icmpv6Type.ROUTER_SOLICITATION, target: '::' }
  lab.sw.receive(
    1,
    neighborFrame(
      { src: macOf(1), dst: '33:33:00:00:00:02' },
      { src: linkLocalOf(0x0200_0000_0001), dst: 'ff02::2' },
      look,
    ),
  )
  const told = await answer(lab, ({ icmpv6 }) => icmpv6?.icmpType === Icmpv6Type.ROUTER_ADVERTISEMENT)
  t.equal(told.ipv6?.src, ipv6Of(linkLocalOf(gatewayMac)))
  t.equal(told.ipv6?.hopLimit, 255)
  const hex = Buffer.from(told.icmpv6?.payload ?? []).toString('hex')
  t.equal((told.icmpv6?.rest ?? 0).toString(16), '40c00708', '64 hops, managed and other, for 1800 s')
  t.match(hex, /0501000000000578/, 'MTU 1400')
  t.match(hex, /0304408000000e100000070800000000fd000001000000000000000000000000/, 'on link, not autonomous')
  t.match(hex, /1903000000000708fd000000000000000000000000000053$/, 'of the name servers that of IPv6')
})

const ways = [
  { title: 'a packet on its last hop', dst: ['10.0.2.3', 'fd00:2::3'], ttl: 1, error4: [11, 0], error6: [3, 0] },
  {
    title: 'a packet that no route leads on',
    dst: ['192.0.2.9', '2001:db8::9'],
    ttl: 9,
    error4: [3, 0],
    error6: [1, 0],
  },
  { title: 'a packet to nobody in a subnet', dst: ['10.0.2.99', 'fd00:2::99'], ttl: 9, error4: [3, 1], error6: [1, 3] },
  {
    title: 'a packet that asks a gateway for a port',
    dst: ['10.0.1.1', 'fd00:2::1'],
    ttl: 9,
    error4: [3, 3],
    error6: [1, 4],
  },
] as const

for (const { title, dst: targets, ttl, error4, error6 } of ways) {
  t.test(`${title}: its sender is told so by its gateway, with what was sent`, async (t) => {
    const lab = await start(t)
    for (const dst of targets) {
      const isIpv6 = dst.includes(':')
      const network = { src: isIpv6 ? a6 : a4, dst, ttl }
      lab.sw.receive(1, udpFrame(fromA, network, { src: 7, dst: 33434, payload: new Uint8Array(20) }))
      const [type, code] = isIpv6 ? error6 : error4
      const told = await answer(lab, ({ icmp, icmpv6 }) => (icmp ?? icmpv6)?.icmpType === type)
      t.equal((told.icmp ?? told.icmpv6)?.code, code)
      t.match(told.eth, { src: gatewayMac, dst: 0x0200_0000_0001 })
      t.equal(told.ipv4?.src ?? told.ipv6?.src, isIpv6 ? ipv6Of('fd00:1::1') : ipv4Of('10.0.1.1'))
      const quoted = (told.icmp ?? told.icmpv6)?.payload
      t.match(
        parsePacket(
          Buffer.concat([new Uint8Array(12), Buffer.from(isIpv6 ? '86dd' : '0800', 'hex'), quoted ?? new Uint8Array()]),
        ).udp,
        { src: 7, dst: 33434 },
      )
    }
  })
}

t.test('a firewall that lets nobody in lets the errors pass that routers send', async (t) => {
  const lab = await start(t, firewall)
  await lab.apply(doc('policy', 'p', { rules: [{ direction: 'out', action: 'allow' }], default: { in: 'drop' } }))
  t.same(out(lab, 1, echoFrame(fromA, { src: a4, dst: '10.0.2.3' })), [], 'it is in force')
  for (const [dst, ttl, type] of [
    ['10.0.2.3', 1, 11],
    ['10.0.2.99', 9, 3],
    ['192.0.2.9', 9, 3],
  ] as const) {
    lab.sw.receive(1, udpFrame(fromA, { src: a4, dst, ttl }, { src: 7, dst: 33434, payload: new Uint8Array(20) }))
    await answer(lab, ({ eth, icmp }) => icmp?.icmpType === type && eth?.dst === 0x0200_0000_0001)
  }
})

t.test('a packet that is too long for the network of its destination: its sender is told what fits', async (t) => {
  const lab = await start(t)
  for (const [src, dst] of [
    [a4, '10.0.2.3'],
    [a6, 'fd00:2::3'],
  ] as const) {
    const header = dst.includes(':') ? 48 : 28
    const sized = (bytes: number) =>
      udpFrame(fromA, { src, dst }, { src: 1, dst: 2, payload: new Uint8Array(bytes - header) })
    t.equal(out(lab, 1, sized(1300))[0]?.port, 2)
    t.same(out(lab, 1, sized(1301)), [])
    const told = await answer(lab, ({ icmp, icmpv6 }) => (icmp ?? icmpv6)?.rest === 1300)
    t.match(told.icmp ?? told.icmpv6, dst.includes(':') ? { icmpType: 2, code: 0 } : { icmpType: 3, code: 4 })
  }
  t.equal(
    out(
      lab,
      2,
      udpFrame(
        { src: macOf(2), dst: gateway },
        { src: '10.0.2.3', dst: a4 },
        { src: 1, dst: 2, payload: new Uint8Array(1350) },
      ),
    )[0]?.port,
    1,
  )
})

t.test('no errors for errors, later fragments and senders without an address', async (t) => {
  const lab = await start(t)
  const before = lab.left().length
  const dead = echoFrame(fromA, { src: a4, dst: '192.0.2.9' })
  dead[14 + 20] = 3
  const fragment = echoFrame(fromA, { src: a4, dst: '192.0.2.9' })
  fragment[14 + 7] = 8
  for (const frame of [dead, fragment]) lab.sw.receive(1, frame)
  lab.sw.receive(1, udpFrame(fromA, { src: a4, dst: '192.0.2.9' }, { src: 9, dst: 9, payload: new Uint8Array(4) }))
  const first = await answer(lab, ({ icmp }) => icmp !== undefined)
  t.equal(before, 0)
  t.equal(first.icmp?.payload[9], 17, 'the first that is told of is UDP, which came last')
})

t.test('the longest prefix leads on; several neighbours share connections, each by one of them', async (t) => {
  const lab = await start(t)
  const send = (dst: string, port: number) =>
    out(lab, 1, udpFrame(fromA, { src: a4, dst }, { src: port, dst: 80, payload: new Uint8Array(8) }))[0]
  t.equal(send('10.9.1.1', 5)?.eth?.dst, 2 + 0x0200_0000_0000)
  const chosen = new Map<number, number>()
  for (let port = 1; port <= 300; port++) {
    const mac = send('10.9.9.1', port)?.eth?.dst ?? 0
    t.equal(send('10.9.9.1', port)?.eth?.dst, mac)
    chosen.set(mac, (chosen.get(mac) ?? 0) + 1)
  }
  t.same(
    [...chosen.keys()].sort(),
    [2, 3, 5].map((number) => number + 0x0200_0000_0000),
  )
  for (const [, count] of chosen) t.ok(count > 50, `${count} of 300`)
  const [six] = out(
    lab,
    1,
    udpFrame(fromA, { src: a6, dst: 'fd00:9::7' }, { src: 1, dst: 2, payload: new Uint8Array(4) }),
  )
  t.match(six?.eth, { dst: 2 + 0x0200_0000_0000 })
})

t.test('link-local addresses do not pass a router, and what is no IP does not reach it', async (t) => {
  const lab = await start(t)
  const payload = new Uint8Array(4)
  t.same(out(lab, 1, udpFrame(fromA, { src: linkLocalOf(1), dst: 'fd00:2::3' }, { src: 1, dst: 2, payload })), [])
  t.same(out(lab, 1, udpFrame(fromA, { src: a6, dst: 'fe80::99' }, { src: 1, dst: 2, payload })), [])
  t.same(out(lab, 1, udpFrame(fromA, { src: a4, dst: '169.254.1.1' }, { src: 1, dst: 2, payload })), [])
})

t.test('a new gateway says to all in its networks that it is there', async (t) => {
  const lab = await start(t)
  await lab.apply(doc('router', 'r', { subnets: ['blue4', 'blue6'], mac: '02:00:00:00:fe:07' }))
  const told = await answer(lab, ({ arp }) => arp?.sha === 0x0200_0000_fe07)
  t.equal(told.arp?.spa, ipv4Of('10.0.1.1'))
  await lab.apply(doc('router', 'r', undefined))
  t.same(out(lab, 1, echoFrame({ src: macOf(1), dst: '02:00:00:00:fe:07' }, { src: a4, dst: '10.0.2.3' })), [])
})
