import t, { type Test } from 'tap'
import {
  arpRequestFrame,
  Icmpv6Type,
  ipv6Of,
  NeighborFlags,
  neighborFrame,
  parsePacket,
} from '../../../controller/packet/index.ts'
import { Cable, type End } from '../../../topology/lab/sim/cable.ts'
import { decapsulate, encapsulate, type TunnelType } from '../../../topology/lab/sim/encapsulation.ts'
import { type Ip, parseIp, parsePrefix } from '../../../topology/lab/sim/ip.ts'
import { Segment } from '../../../topology/lab/sim/segment.ts'
import { Station } from '../../../topology/lab/sim/station.ts'

const macOf = (index: number): number => 0x0200_0000_0000 + index

/** One Ethernet, and machines that are plugged in there. */
const ethernet = (t: Test) => {
  const segment = new Segment()
  const cables: Cable[] = []
  const seen: Uint8Array[] = []
  segment.tap((frame) => seen.push(frame))
  const plug = (): End => {
    const cable = new Cable({ name: `c${cables.length}`, mtu: 1500 })
    cables.push(cable)
    segment.plug(cable.a)
    return cable.b
  }
  const machine = (
    index: number,
    addresses: readonly string[],
    gateways: readonly string[] = [],
    behind: readonly string[] = [],
  ) => {
    const card = {
      end: plug(),
      mac: macOf(index),
      addresses: addresses.map(parsePrefix),
      gateways: gateways.map(parseIp),
    }
    const station = new Station([card], behind.map(parseIp))
    t.teardown(() => station.close())
    return station
  }
  const kinds = () => seen.map((frame) => Object.keys(parsePacket(frame)).at(-1))
  return { plug, machine, cables, seen, kinds }
}

/** Frames take a turn of the event loop for each cable. */
const turn = async (): Promise<void> => {
  for (let count = 0; count < 10; count++) await new Promise((resolve) => setImmediate(resolve))
}

/** Two machines of which one has pinged the other, once by each family. */
const acquainted = async (t: Test) => {
  const { machine, kinds, cables } = ethernet(t)
  const [a, b] = [machine(1, ['10.0.0.1/24', 'fd00::1/64']), machine(2, ['10.0.0.2/24', 'fd00::2/64'])]
  const begin = performance.now()
  t.ok(await a.ping(parseIp('10.0.0.2'), 20_000, true))
  t.ok(await a.ping(parseIp('fd00::2'), 20_000, true))
  return { a, b, cables, kinds, took: performance.now() - begin }
}

t.test('machines ask for each other, and answer', async (t) => {
  let both = await acquainted(t)
  // A machine that has heard nothing for a second asks again, also where this process stood still for as long.
  while (both.took > 900) both = await acquainted(t)
  const { a, b, cables, kinds } = both
  t.equal(a.neighbour(parseIp('10.0.0.2')), macOf(2))
  t.equal(a.neighbour(parseIp('fd00::2')), macOf(2))
  t.equal(b.neighbour(parseIp('10.0.0.1')), macOf(1), 'who is asked learns who asks')
  t.same(kinds(), ['arp', 'arp', 'icmp', 'icmp', 'neighbor', 'neighbor', 'icmpv6', 'icmpv6'])
  t.equal(await a.ping(parseIp('10.0.0.9'), 100), undefined, 'nobody is there')
  t.equal(await a.ping(parseIp('192.0.2.1'), 100), undefined, 'no way there')
  const [cable] = cables
  if (cable) cable.isCut = true
  t.equal(await a.ping(parseIp('10.0.0.2'), 100), undefined, 'cut')
  if (cable) cable.isCut = false
  t.ok(await a.ping(parseIp('10.0.0.2'), 20_000), 'joined')
})

t.test('what lies behind a machine is reached by it as the gateway', async (t) => {
  const { machine } = ethernet(t)
  const [a] = [machine(1, ['10.0.0.1/24'], ['10.0.0.2']), machine(2, ['10.0.0.2/24'], [], ['198.51.100.1'])]
  t.ok(await a.ping(parseIp('198.51.100.1'), 20_000))
  t.equal(a.neighbour(parseIp('198.51.100.1')), undefined)
  t.equal(a.neighbour(parseIp('10.0.0.2')), macOf(2))
})

t.test('an announcement changes what a machine knows, and adds nothing', async (t) => {
  const { machine, plug } = ethernet(t)
  const [a] = [machine(1, ['10.0.0.1/24', 'fd00::1/64']), machine(2, ['10.0.0.2/24', 'fd00::2/64'])]
  for (const text of ['10.0.0.2', 'fd00::2']) await a.ping(parseIp(text), 20_000)
  const other = plug()
  const announce = (mac: number, host: number): void => {
    const [v4, v6] = [`10.0.0.${host}`, ipv6Of(`fd00::${host}`)]
    other.send(arpRequestFrame({ mac, ip: v4 }, v4))
    const link = { src: mac, dst: 0x3333_0000_0001 }
    const advertisement = {
      icmpType: Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
      flags: NeighborFlags.OVERRIDE,
      target: v6,
      tll: mac,
    }
    other.send(neighborFrame(link, { src: v6, dst: ipv6Of('ff02::1') }, advertisement))
  }
  announce(macOf(7), 2)
  announce(macOf(8), 3)
  await turn()
  t.equal(a.neighbour(parseIp('10.0.0.2')), macOf(7))
  t.equal(a.neighbour(parseIp('fd00::2')), macOf(7))
  t.equal(a.neighbour(parseIp('10.0.0.3')), undefined)
  t.equal(a.neighbour(parseIp('fd00::3')), undefined)
})

t.test('a probe for an address that is taken is answered, and its sender not learned', async (t) => {
  const { machine, plug, seen } = ethernet(t)
  const a = machine(1, ['10.0.0.1/24', 'fd00::1/64'])
  const other = plug()
  other.send(arpRequestFrame({ mac: macOf(9), ip: '0.0.0.0' }, '10.0.0.1'))
  const solicitation = { icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION, target: 'fd00::1' }
  other.send(
    neighborFrame({ src: macOf(9), dst: 0x3333_ff00_0001 }, { src: 0n, dst: ipv6Of('ff02::1:ff00:1') }, solicitation),
  )
  await turn()
  const answers = seen.slice(2).map(parsePacket)
  t.match(answers, [
    { arp: { op: 2, sha: macOf(1) } },
    { ipv6: { dst: ipv6Of('ff02::1') }, neighbor: { tll: macOf(1) } },
  ])
  t.equal(a.neighbour(0), undefined)
})

t.test('what is too long for a cable is lost, and a cable with loss loses', async (t) => {
  const arrived: number[] = []
  const cable = new Cable({ name: 'c', mtu: 100 })
  cable.b.take = (frame) => arrived.push(frame.length)
  for (const length of [114, 118, 119]) cable.a.send(new Uint8Array(length))
  const lossy = new Cable({ name: 'l', mtu: 1500, loss: 1 })
  lossy.b.take = (frame) => arrived.push(frame.length)
  lossy.a.send(new Uint8Array(60))
  await turn()
  t.same(arrived, [114, 118])
})

for (const type of ['geneve', 'vxlan', 'gre'] as const satisfies TunnelType[]) {
  t.test(`${type}: what goes in comes out, over IPv4 and IPv6`, (t) => {
    const frame = arpRequestFrame({ mac: macOf(1), ip: '10.0.0.1' }, '10.0.0.2')
    const ends: [Ip, Ip][] = [
      [parseIp('192.0.2.1'), parseIp('192.0.2.2')],
      [parseIp('2001:db8::1'), parseIp('2001:db8::2')],
    ]
    for (const [src, dst] of ends) {
      const bytes = encapsulate(type, 0xabcdefn, frame, { src, dst, link: { src: macOf(3), dst: macOf(4) } })
      const inside = decapsulate(bytes)
      t.match(inside, { type, id: 0xabcdefn, src, dst })
      t.same(Buffer.from(inside?.frame ?? []), Buffer.from(frame))
      t.equal(decapsulate(bytes.subarray(0, 45)), undefined, 'cut')
    }
    t.equal(decapsulate(frame), undefined, 'no tunnel')
    t.end()
  })
}
