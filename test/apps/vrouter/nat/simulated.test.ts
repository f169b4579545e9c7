// One host with a tagged physical network outside, simulated: what leaves, frame by frame.
import t, { type Test } from 'tap'
import nat from '../../../../apps/vrouter/nat/app.ts'
import type { Waiting } from '../../../../apps/vrouter/nat/neighbours.ts'
import record from '../../../../apps/vrouter/nat-record/app.ts'
import type { Recorder } from '../../../../apps/vrouter/nat-record/record.ts'
import router from '../../../../apps/vrouter/router/app.ts'
import { readStatistics } from '../../../../controller/engine/index.ts'
import {
  type Arp,
  ArpOp,
  arpRequestFrame,
  EtherType,
  echoFrame,
  encodeArp,
  encodeEthernet,
  IcmpType,
  Icmpv6Type,
  ipv4Of,
  ipv6Of,
  neighborFrame,
  type Packet,
  parsePacket,
  tcpFrame,
  udpFrame,
} from '../../../../controller/packet/index.ts'
import { until } from '../../../engine/lab.ts'
import { doc, hostDoc, macOf, portDocs, type SimHost, simHost } from '../../one-host.ts'

const [a, b, outside, tunnel] = [1, 2, 9, 65001]
const vlan = 7
const tag = [{ tpid: EtherType.VLAN, pcp: 0, dei: false, vid: vlan }]
const gateway = '02:00:00:00:fe:01'
const upstream = '02:00:00:00:ff:01'
const numberOf = (mac: string): number => Number.parseInt(mac.replaceAll(':', ''), 16)

/** Containers a (10.0.1.2, with a floating address) and b are here, c is on h2; the router leaves here. */
const docs = [
  doc('host', 'h1', {
    dpid: '0000000000000001',
    encap: { address: '192.0.2.1', types: ['geneve'] },
    tunnels: { geneve: tunnel },
    physical: { phys: outside },
  }),
  hostDoc('h2', 2n, '192.0.2.2'),
  doc('network', 'blue', { vni: 11, mtu: 1400 }),
  doc('network', 'internet', { vni: 99, external: 'phys', vlan }),
  doc('subnet', 'blue4', { network: 'blue', cidr: '10.0.1.0/24' }),
  doc('subnet', 'blue6', { network: 'blue', cidr: 'fd00:1::/64' }),
  doc('subnet', 'internet4', { network: 'internet', cidr: '203.0.113.0/24', gateway: '203.0.113.1' }),
  doc('subnet', 'internet6', { network: 'internet', cidr: '2001:db8::/64', gateway: '2001:db8::1' }),
  ...[
    { id: 'a', addresses: ['10.0.1.2', 'fd00:1::2'], host: 'h1', ofport: a },
    { id: 'b', addresses: ['10.0.1.3', 'fd00:1::3'], host: 'h1', ofport: b },
    { id: 'c', addresses: ['10.0.1.4'], host: 'h2', ofport: 1 },
  ].flatMap(({ id, ...port }, index) => portDocs(id, { ...port, network: 'blue', mac: macOf(index + 1) })),
  doc('router', 'r', {
    subnets: ['blue4', 'blue6'],
    mac: gateway,
    external: { network: 'internet', addresses: ['203.0.113.10', '2001:db8::10'] },
  }),
  doc('routerNumber', 'r', { zone: 5, mac: gateway }),
  doc('nat', 'own', { router: 'r', floating: { address: '203.0.113.12', to: '10.0.1.2' } }),
  doc('nat', 'all', { router: 'r', source: { from: '10.0.1.0/24', to: '203.0.113.10', ports: '20000-20009' } }),
  doc('nat', 'all6', { router: 'r', source: { from: 'fd00:1::/64', to: '2001:db8::10' } }),
  doc('nat', 'http', {
    router: 'r',
    forward: { protocol: 'tcp', address: '203.0.113.10', port: 8080, to: '10.0.1.4', toPort: 80 },
  }),
]

const h3 = {
  ...{ dpid: '0000000000000003', encap: { address: '192.0.2.3', types: ['geneve' as const] } },
  tunnels: { geneve: tunnel },
}

const floatingMac = 0x0a68_cb00_710c

const start = async (t: Test): Promise<SimHost> => {
  const lab = await simHost(t, [router, nat, record], [a, b, outside, { number: tunnel, tunnel: true }])
  await lab.apply(...docs)
  return lab
}

/** The first frame out of the physical network's port that is as expected. */
const sent = async (lab: SimHost, isIt: (packet: Packet) => boolean): Promise<Packet> => {
  const seen: Packet[] = []
  await until('it is sent', () => {
    seen.push(
      ...lab
        .left()
        .filter(({ port }) => port === outside)
        .map(({ frame }) => parsePacket(frame)),
    )
    return seen.some(isIt)
  })
  return seen.find(isIt) ?? {}
}

const isTo =
  (port: number) =>
  ({ frame }: Waiting): boolean =>
    parsePacket(frame).udp?.dst === port

const arpReply = (arp: Pick<Arp, 'sha' | 'spa'>, spa: string, sha: string): Uint8Array =>
  encodeEthernet({
    ...{ src: sha, dst: arp.sha, tags: tag, etherType: EtherType.ARP },
    payload: encodeArp({ op: ArpOp.REPLY, sha, spa, tha: arp.sha, tpa: arp.spa }),
  })

/** A host whose upstream router has answered. */
const ready = async (t: Test): Promise<SimHost> => {
  const lab = await start(t)
  const { arp } = await sent(lab, (packet) => packet.arp?.tpa === ipv4Of('203.0.113.1'))
  if (!arp) throw new Error('nobody asked')
  lab.sw.receive(outside, arpReply(arp, '203.0.113.1', upstream))
  await until(
    'it is known',
    () => lab.engine.apps.get('nat')?.known('neighbours', 'internet 203.0.113.1') !== undefined,
  )
  t.same(await lab.engine.confirmed(60_000), [])
  lab.left()
  return lab
}

/** What leaves at once when a frame comes in. */
const out = (lab: SimHost, port: number, frame: Uint8Array) =>
  lab.sw.receive(port, frame).outputs.map(({ port, frame, tunnel }) => ({ port, tunnel, ...parsePacket(frame) }))

const from = (number: number) => ({ src: macOf(number), dst: gateway })
const fromOutside = { src: upstream, dst: gateway, tags: tag }
const world = '198.51.100.1'
/** How another host hands packets over. */
const handedOver = { id: 99n, src: ipv4Of('192.0.2.2'), dst: ipv4Of('192.0.2.1'), ipv6Src: 0n, ipv6Dst: 0n }

t.test('the router that leads on outside is asked for, tagged, before there is a packet for it', async (t) => {
  const lab = await start(t)
  const { eth, arp } = await sent(lab, (packet) => packet.arp?.tpa === ipv4Of('203.0.113.1'))
  t.match(eth, { src: numberOf(gateway), tags: tag })
  t.match(arp, { op: ArpOp.REQUEST, spa: ipv4Of('203.0.113.10'), sha: numberOf(gateway) })
  const asked = await sent(lab, (packet) => packet.neighbor?.target === ipv6Of('2001:db8::1'))
  t.match(asked, { eth: { tags: tag }, ipv6: { src: ipv6Of('2001:db8::10'), hopLimit: 255 } })
  t.equal(asked.neighbor?.sll, numberOf(gateway))
})

t.test('a packet to a neighbour that is not known waits for its answer; what others say is not heard', async (t) => {
  const lab = await ready(t)
  const frame = udpFrame(from(1), { src: '10.0.1.2', dst: '203.0.113.77' }, { src: 5, dst: 6 })
  t.same(out(lab, a, frame), [])
  const { arp } = await sent(lab, (packet) => packet.arp?.tpa === ipv4Of('203.0.113.77'))
  t.match(arp, { spa: ipv4Of('203.0.113.12'), sha: floatingMac }, 'asked by the floating address')
  if (!arp) return
  lab.sw.receive(outside, arpReply(arp, '203.0.113.78', '02:00:00:00:ff:66'))
  lab.sw.receive(outside, arpReply(arp, '203.0.113.77', '02:00:00:00:ff:77'))
  const { eth, ipv4 } = await sent(lab, ({ udp }) => udp !== undefined)
  t.match(eth, { src: floatingMac, dst: 0x0200_0000_ff77, tags: tag })
  t.match(ipv4, { src: ipv4Of('203.0.113.12'), dst: ipv4Of('203.0.113.77') })
  t.notOk(lab.engine.apps.get('nat')?.known('neighbours', 'internet 203.0.113.78'))
})

t.test('packets to a neighbour that is slow to answer are sent when it does: of too many, the last ones', async (t) => {
  const lab = await start(t)
  const { arp } = await sent(lab, (packet) => packet.arp?.tpa === ipv4Of('203.0.113.1'))
  if (!arp) return t.fail('nobody asked')
  const packetTo = (port: number, number: number) =>
    udpFrame(from(number), { src: `10.0.1.${number + 1}`, dst: world }, { src: 5, dst: port })
  for (let port = 1; port <= 18; port += 2) {
    t.same([...out(lab, a, packetTo(port, 1)), ...out(lab, b, packetTo(port + 1, 2))], [])
  }
  const waiting = () => lab.engine.apps.get('nat')?.known('waiting', 'internet 203.0.113.1')
  await until('the last one waits', () => (waiting() as Waiting[] | undefined)?.some(isTo(18)) === true)
  lab.sw.receive(outside, arpReply(arp, '203.0.113.1', upstream))
  const seen: Packet[] = []
  await until('they are sent on', () => {
    const packets = lab.left().map(({ frame }) => parsePacket(frame))
    seen.push(...packets.filter(({ udp }) => udp !== undefined))
    return seen.some(({ udp }) => udp?.dst === 18)
  })
  const last = Array.from({ length: 16 }, (_, index) => index + 3)
  t.same(
    seen.map(({ eth, ipv4, udp }) => [eth?.dst, ipv4?.src, udp?.dst]),
    last.map((port) => [numberOf(upstream), ipv4Of(port % 2 === 1 ? '203.0.113.12' : '203.0.113.10'), port]),
  )
  t.equal(waiting(), undefined)
})

t.test('connections from inside leave under the floating address, or by a port of the range', async (t) => {
  const lab = await ready(t)
  const [first] = out(lab, a, udpFrame(from(1), { src: '10.0.1.2', dst: world, ttl: 9 }, { src: 40, dst: 53 }))
  t.match(first, { port: outside, eth: { src: floatingMac, dst: numberOf(upstream), tags: tag }, udp: { src: 40 } })
  t.match(first?.ipv4, { src: ipv4Of('203.0.113.12'), ttl: 8 })
  const [second] = out(lab, b, udpFrame(from(2), { src: '10.0.1.3', dst: world }, { src: 40, dst: 53 }))
  t.match(second, { port: outside, eth: { src: numberOf(gateway) }, ipv4: { src: ipv4Of('203.0.113.10') } })
  const port = second?.udp?.src ?? 0
  t.ok(port >= 20_000 && port <= 20_009, `${port}`)
  const back = udpFrame(fromOutside, { src: world, dst: '203.0.113.10' }, { src: 53, dst: port })
  t.match(
    out(lab, outside, back),
    [
      {
        port: b,
        eth: { src: numberOf(gateway), dst: 2, tags: [] },
        ipv4: { dst: ipv4Of('10.0.1.3') },
        udp: { dst: 40 },
      },
    ].map((one) => ({ ...one, eth: { ...one.eth, dst: numberOf(macOf(2)) } })),
  )
  const other = udpFrame(fromOutside, { src: world, dst: '203.0.113.10' }, { src: 53, dst: 20_099 })
  t.same(out(lab, outside, other), [], 'nobody inside has begun this')
})

t.test('from outside, floating addresses and forwarded ports lead inside, also to another host', async (t) => {
  const lab = await ready(t)
  const syn = { src: 7, dst: 80, flags: 2, window: 0, sequence: 1 }
  const toOwn = tcpFrame({ ...fromOutside, dst: floatingMac }, { src: world, dst: '203.0.113.12' }, syn)
  t.match(out(lab, outside, toOwn), [{ port: a, ipv4: { src: ipv4Of(world), dst: ipv4Of('10.0.1.2') } }])
  const forwarded = tcpFrame(fromOutside, { src: world, dst: '203.0.113.10' }, { ...syn, dst: 8080 })
  const [away] = out(lab, outside, forwarded)
  t.match(away, { port: tunnel, tunnel: { id: 11n }, ipv4: { dst: ipv4Of('10.0.1.4') }, tcp: { dst: 80 } })
  t.same(out(lab, outside, tcpFrame(fromOutside, { src: world, dst: '203.0.113.10' }, { ...syn, dst: 81 })), [])
  t.same(out(lab, outside, tcpFrame(fromOutside, { src: world, dst: '10.0.1.3' }, syn)), [], 'not to addresses inside')
  const untagged = tcpFrame({ src: upstream, dst: gateway }, { src: world, dst: '203.0.113.12' }, syn)
  t.same(out(lab, outside, untagged), [], 'nor from another VLAN')
})

/** What a container on another host sends. */
const handOver = (dst: string): Uint8Array => udpFrame(from(3), { src: '10.0.1.4', dst }, { src: 5, dst: 53 })

t.test('what hosts without the network hand over leaves here', async (t) => {
  const lab = await ready(t)
  const frame = handOver(world)
  const { outputs } = lab.sw.receive(tunnel, frame, false, handedOver)
  const [left] = outputs.map(({ port, frame }) => ({ port, ...parsePacket(frame) }))
  t.match(left, { port: outside, ipv4: { src: ipv4Of('203.0.113.10') }, eth: { dst: numberOf(upstream), tags: tag } })
})

t.test('a route of the user’s to the range outside changes nothing for its neighbours', async (t) => {
  const lab = await ready(t)
  const external = { network: 'internet', addresses: ['203.0.113.10', '2001:db8::10'] }
  const routes = [{ to: '203.0.113.0/24', via: ['203.0.113.9'] }]
  await lab.apply(doc('router', 'r', { subnets: ['blue4', 'blue6'], mac: gateway, external, routes }))
  t.same(lab.engine.apps.get('nat')?.failure, undefined)
  const { outputs } = lab.sw.receive(tunnel, handOver('203.0.113.1'), false, handedOver)
  t.match(
    outputs.map(({ frame }) => parsePacket(frame)),
    [{ eth: { dst: numberOf(upstream) }, ipv4: { dst: ipv4Of('203.0.113.1') } }],
  )
})

t.test('inside, addresses outside are reached without leaving the host', async (t) => {
  const lab = await ready(t)
  const [turned] = out(lab, b, udpFrame(from(2), { src: '10.0.1.3', dst: '203.0.113.12' }, { src: 40, dst: 53 }))
  t.match(turned, { port: a, ipv4: { src: ipv4Of('203.0.113.10'), dst: ipv4Of('10.0.1.2') } })
  const reply = udpFrame(from(1), { src: '10.0.1.2', dst: '203.0.113.10' }, { src: 53, dst: turned?.udp?.src ?? 0 })
  t.match(out(lab, a, reply), [{ port: b, ipv4: { src: ipv4Of('203.0.113.12') }, udp: { src: 53, dst: 40 } }])
  const [self] = out(lab, a, udpFrame(from(1), { src: '10.0.1.2', dst: '203.0.113.12' }, { src: 41, dst: 53 }))
  t.match(self, { port: a, ipv4: { src: ipv4Of('203.0.113.12'), dst: ipv4Of('10.0.1.2') } }, 'also by oneself')
})

t.test('who asks outside for an address of ours is answered with the tag; who asks for others is not', async (t) => {
  const lab = await ready(t)
  const ask = (target: string): Uint8Array => {
    const bare = arpRequestFrame({ mac: upstream, ip: '203.0.113.1' }, target)
    const { eth } = parsePacket(bare)
    return eth ? encodeEthernet({ ...eth, tags: tag }) : bare
  }
  t.match(out(lab, outside, ask('203.0.113.12')), [
    { port: outside, eth: { src: floatingMac, tags: tag }, arp: { op: ArpOp.REPLY, sha: floatingMac } },
  ])
  t.match(out(lab, outside, ask('203.0.113.10')), [{ arp: { sha: numberOf(gateway) } }])
  t.same(out(lab, outside, ask('203.0.113.99')), [])
  const solicit = neighborFrame(
    { src: upstream, dst: '33:33:ff:00:00:10', tags: tag },
    { src: '2001:db8::1', dst: 'ff02::1:ff00:10' },
    { icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION, target: '2001:db8::10', sll: upstream },
  )
  t.match(out(lab, outside, solicit), [
    { port: outside, eth: { tags: tag }, neighbor: { tll: numberOf(gateway), target: ipv6Of('2001:db8::10') } },
  ])
})

t.test('pings of the router outside are answered, and too small a TTL is told of', async (t) => {
  const lab = await ready(t)
  t.match(out(lab, outside, echoFrame(fromOutside, { src: world, dst: '203.0.113.10' })), [
    {
      port: outside,
      eth: { tags: tag, dst: numberOf(upstream) },
      icmp: { icmpType: IcmpType.ECHO_REPLY },
      ipv4: { ttl: 64 },
    },
  ])
  t.match(out(lab, outside, echoFrame(fromOutside, { src: '2001:db8:5::1', dst: '2001:db8::10' })), [
    { port: outside, icmpv6: { icmpType: Icmpv6Type.ECHO_REPLY } },
  ])
  lab.sw.receive(outside, echoFrame(fromOutside, { src: world, dst: '203.0.113.12', ttl: 1 }))
  const told = await sent(lab, ({ icmp }) => icmp?.icmpType === IcmpType.TIME_EXCEEDED)
  t.match(told, { eth: { tags: tag }, ipv4: { src: ipv4Of('203.0.113.10'), dst: ipv4Of(world) } })
})

t.test('who sends packets that are too long for the network inside is told what fits', async (t) => {
  const lab = await ready(t)
  const sized = (bytes: number) =>
    udpFrame(fromOutside, { src: world, dst: '203.0.113.12' }, { src: 5, dst: 6, payload: new Uint8Array(bytes - 28) })
  t.match(out(lab, outside, sized(1400)), [{ port: a }])
  t.same(out(lab, outside, sized(1401)), [])
  const told = await sent(lab, ({ icmp }) => icmp?.icmpType === IcmpType.UNREACHABLE)
  t.match(told, { eth: { dst: numberOf(upstream), tags: tag }, icmp: { code: 4, rest: 1400 } })
  t.match(told.ipv4, { src: ipv4Of('203.0.113.10'), dst: ipv4Of(world) })
})

/** Addresses, and what drops packets that come from outside under them. */
const spoofed: readonly (readonly [src: string, to: string, drop: string | undefined])[] = [
  ['10.0.1.3', '203.0.113.12', 'from outside, under an address inside'],
  ['10.0.1.200', '203.0.113.12', 'from outside, under an address inside'],
  ['fd00:1::3', '2001:db8::10', 'from outside, under an address inside'],
  ['203.0.113.10', '203.0.113.12', 'from outside, under an address of ours'],
  ['203.0.113.12', '203.0.113.12', 'from outside, under an address of ours'],
  ['2001:db8::10', '2001:db8::10', 'from outside, under an address of ours'],
  ['10.0.2.3', '203.0.113.12', undefined],
  ['203.0.113.14', '203.0.113.12', undefined],
]

t.test('nobody outside sends under addresses inside, or under ours that are here', async (t) => {
  const lab = await ready(t)
  // Of another router, and by another host: it turns round through the physical network.
  await lab.apply(
    doc('host', 'h3', { ...h3, physical: { phys: outside } }),
    doc('network', 'red', { vni: 12 }),
    doc('subnet', 'red4', { network: 'red', cidr: '10.0.2.0/24' }),
    doc('router', 'far', {
      subnets: ['red4'],
      external: { network: 'internet', addresses: ['203.0.113.14'], hosts: ['h3'] },
    }),
    doc('routerNumber', 'far', { zone: 6, mac: '02:00:00:00:fe:02' }),
  )
  for (const [src, dst, drop] of spoofed) {
    // Who spoofs is not told of a TTL that has run out, either.
    for (const ttl of drop === undefined ? [64] : [1, 64]) {
      const before = await dropsIn(lab)
      const { outputs } = lab.sw.receive(outside, echoFrame(fromOutside, { src, dst, ttl }))
      const after = await dropsIn(lab)
      const more = [...after].filter(([name, packets]) => packets > (before.get(name) ?? 0)).map(([name]) => name)
      t.same(more, drop === undefined ? [] : [drop], `${src} to ${dst}, TTL ${ttl}`)
      t.equal(outputs.length, drop === undefined ? 1 : 0)
    }
  }
})

/** Packets that the host has dropped so far, by reason. */
const dropsIn = async (lab: SimHost): Promise<ReadonlyMap<string, number>> => {
  const live = lab.engine.switches.get(1n)
  const drops = new Map<string, number>()
  for (const [key, { packets }] of live ? await readStatistics(live) : []) {
    const drop = live?.desired.flows.get(key)?.thing.drop
    if (drop !== undefined) drops.set(drop, (drops.get(drop) ?? 0) + Number(packets))
  }
  return drops
}

t.test('an address inside that no source fits does not get out', async (t) => {
  const lab = await ready(t)
  await lab.apply(doc('nat', 'all', undefined))
  t.same(out(lab, b, udpFrame(from(2), { src: '10.0.1.3', dst: world }, { src: 40, dst: 53 })), [])
  const reply = tcpFrame(from(3), { src: '10.0.1.4', dst: world }, { src: 80, dst: 7, flags: 0x12, window: 0 })

  t.same(lab.sw.receive(tunnel, reply, false, handedOver).outputs, [], 'nor does what answers nobody')
})

t.test('connections are recorded as they begin, from inside and from outside', async (t) => {
  const lab = await ready(t)
  const first = udpFrame(from(2), { src: '10.0.1.3', dst: world }, { src: 40, dst: 53 })
  const [left] = out(lab, b, first)
  const port = left?.udp?.src
  out(lab, b, first)
  const syn = { src: 7, dst: 80, flags: 2, window: 0, sequence: 1 }
  out(lab, outside, tcpFrame({ ...fromOutside, dst: floatingMac }, { src: world, dst: '203.0.113.12' }, syn))
  const seen = () =>
    (lab.engine.apps.get('nat-record')?.known('recorders', '') as Recorder | undefined)?.newest(9) ?? []
  await until('both are seen', () => seen().length >= 2)
  const inward = seen().find(({ protocol }) => protocol === 'tcp')
  const outward = seen().find(({ protocol }) => protocol === 'udp')
  t.match(inward, { router: 'r', host: 'h1', before: { from: `${world}:7`, to: '203.0.113.12:80' } })
  t.equal(inward?.after.to, '10.0.1.2:80')
  t.match(outward, { router: 'r', before: { from: '10.0.1.3:40', to: `${world}:53` } })
  t.equal(outward?.after.from, `203.0.113.10:${port}`)
})
