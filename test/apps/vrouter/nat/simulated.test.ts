// One host with a tagged physical network outside, simulated: what leaves, frame by frame.
import t from 'tap'
import type { Waiting } from '../../../../apps/vrouter/nat/neighbours.ts'
import type { Recorder } from '../../../../apps/vrouter/nat-record/record.ts'
import {
  ArpOp,
  arpRequestFrame,
  echoFrame,
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
import { doc, macOf } from '../../one-host.ts'
import {
  a,
  arpReply,
  b,
  floatingMac,
  from,
  fromOutside,
  gateway,
  handedOver,
  numberOf,
  out,
  outside,
  ready,
  sent,
  start,
  tag,
  tunnel,
  upstream,
  world,
} from './simulated.ts'

const isTo =
  (port: number) =>
  ({ frame }: Waiting): boolean =>
    parsePacket(frame).udp?.dst === port

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
