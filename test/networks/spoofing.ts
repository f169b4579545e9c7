import type { Test } from 'tap'
import {
  allNodes,
  arpReplyFrame,
  arpRequestFrame,
  broadcast,
  encodeEthernet,
  encodeIcmpv6,
  ipFrame,
  linkLocalOf,
  macOf,
  neighborFrame,
  udpFrame,
} from '../../controller/packet/index.ts'
import { sleep, until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'

/** A lie of a container, and the reason for which it is dropped. */
interface Lie {
  readonly what: string
  readonly reason: string
  readonly frame: Uint8Array
}

const copies = 3
const liar = 'blue4'
const liarHost = 'h1'
const stranger = { mac: '02:00:00:00:ff:01', ip: '10.0.0.77', ip6: 'fd00:10::77' } as const
const udp = { src: 5000, dst: 5000, payload: new Uint8Array(20) } as const

const addressLies = (lab: NetworksLab): Lie[] => {
  const own = lab.card(liar).mac
  const to = lab.card('blue2').mac
  const link = { src: own, dst: to }
  const otherFrame = { src: stranger.mac, dst: broadcast, etherType: 0x88b5, payload: new Uint8Array(46) }
  const [ipv4, ipv6] = [
    { src: stranger.ip, dst: lab.address('blue2') },
    { src: stranger.ip6, dst: lab.address('blue2', 6) },
  ]
  const own4 = { src: lab.address(liar), dst: ipv4.dst }
  return [
    { what: 'Ethernet address', reason: 'spoofed Ethernet address', frame: encodeEthernet(otherFrame) },
    { what: 'IPv4 address', reason: 'spoofed IPv4 address', frame: udpFrame(link, ipv4, udp) },
    {
      what: 'Ethernet address below an own one of IPv4',
      reason: 'spoofed IPv4 address',
      frame: udpFrame({ src: stranger.mac, dst: to }, own4, udp),
    },
    { what: 'IPv6 address', reason: 'spoofed IPv6 address', frame: udpFrame(link, ipv6, udp) },
  ]
}

const arpLies = (lab: NetworksLab): Lie[] => {
  const mac = lab.card(liar).mac
  const ip = lab.address(liar)
  const victim = { mac: lab.card('blue2').mac, ip: lab.address('blue2') }
  const reason = 'spoofed ARP'
  const asStranger = encodeEthernet({
    ...{ src: mac, dst: broadcast, etherType: 0x0806 },
    payload: arpRequestFrame({ mac: stranger.mac, ip }, victim.ip).subarray(14),
  })
  return [
    { what: 'ARP with the address of another', reason, frame: arpRequestFrame({ mac, ip: victim.ip }, ip) },
    { what: 'ARP answer with the address of another', reason, frame: arpReplyFrame({ mac, ip: stranger.ip }, victim) },
    { what: 'ARP with the Ethernet address of another', reason, frame: asStranger },
  ]
}

const discoveryLies = (lab: NetworksLab): Lie[] => {
  const mac = lab.card(liar).mac
  const own = lab.address(liar, 6)
  const link = { src: mac, dst: allNodes.mac }
  const network = { src: own, dst: allNodes.address }
  const victim = lab.address('blue2', 6)
  const solicitation = 'spoofed neighbour solicitation'
  const advertisement = 'spoofed neighbour advertisement'
  const neighbour = (input: Parameters<typeof neighborFrame>[2]) => neighborFrame(link, network, input)
  return [
    {
      what: 'source option',
      reason: solicitation,
      frame: neighbour({ icmpType: 135, target: victim, sll: stranger.mac }),
    },
    {
      what: 'solicitation of another',
      reason: solicitation,
      frame: neighborFrame(link, { src: victim, dst: allNodes.address }, { icmpType: 135, target: own, sll: mac }),
    },
    { what: 'target', reason: advertisement, frame: neighbour({ icmpType: 136, target: victim, tll: mac }) },
    {
      what: 'target option',
      reason: advertisement,
      frame: neighbour({ icmpType: 136, target: own, tll: stranger.mac }),
    },
    {
      what: 'advertisement without option',
      reason: advertisement,
      frame: neighbour({ icmpType: 136, target: victim }),
    },
    { what: 'rogue router', reason: 'router advertisement', frame: routerAdvertisement(mac, link) },
  ]
}

const routerAdvertisement = (mac: string, link: { readonly src: string; readonly dst: string }): Uint8Array => {
  const network = { src: linkLocalOf(macOf(mac)), dst: allNodes.address, ttl: 255 }
  const message = { icmpType: 134, rest: 0x4000_0708, payload: new Uint8Array(8) }
  // The checksum is not what it is dropped for.
  return ipFrame(link, network, 58, encodeIcmpv6(message, new Uint8Array(32)))
}

const allLies = (lab: NetworksLab): Lie[] => [...addressLies(lab), ...arpLies(lab), ...discoveryLies(lab)]

const sameFrame = (frame: Uint8Array) => (heard: { readonly frame: Buffer }) => heard.frame.equals(frame)

type Drops = ReadonlyMap<string, number>

/** Tells lies, and gives how many were dropped for each reason. */
const tell = async (lab: NetworksLab, lies: readonly Lie[], expected: Drops): Promise<Drops> => {
  const station = await lab.station(liar)
  const before = await lab.drops(liarHost)
  await station.send(
    lies.map(({ frame }) => frame),
    copies,
  )
  return lab.dropsSince(liarHost, before, expected, patience / 4)
}

/** Tells lies, and judges that each copy of each is dropped for its reason. */
const judge = async (t: Test, lab: NetworksLab, lies: readonly Lie[]): Promise<void> => {
  const expected = new Map<string, number>()
  for (const { reason } of lies) expected.set(reason, (expected.get(reason) ?? 0) + copies)
  const isAll = (drops: Drops): boolean => [...expected].every(([reason, count]) => drops.get(reason) === count)
  let dropped = await tell(lab, lies, expected)
  // A busy switch may for a moment do with packets that it has just seen what it did before its flows changed.
  for (let attempt = 0; attempt < 2 && !isAll(dropped); attempt++) dropped = await tell(lab, lies, expected)
  t.same([...dropped], [...expected])
}

/** Sends frames until all who should have heard each, and judges that nobody else has. */
const arrive = async (t: Test, lab: NetworksLab, frames: readonly Uint8Array[], expected: readonly string[][]) => {
  const stations = await lab.allStations()
  const hasHeard = (name: string, frame: Uint8Array) => stations.get(name)?.heard.some(sameFrame(frame)) === true
  const arrived = (frame: Uint8Array, at: number) => expected[at]?.every((name) => hasHeard(name, frame))
  // A busy switch may for a moment do with packets that it has just seen what it did before its flows changed.
  const allHaveArrived = async (): Promise<boolean> => {
    await (await lab.station(liar)).send(frames)
    await sleep(100)
    return frames.every(arrived)
  }
  await until('all have arrived', allHaveArrived, patience)
  // A copy for somebody else would take no longer.
  await sleep(100)
  const names = [...stations.keys()]
  t.same(
    frames.map((frame) => names.filter((name) => hasHeard(name, frame))),
    expected,
  )
}

/** What a container says under the addresses of others is dropped and counted. */
export const spoofing = async (t: Test, lab: NetworksLab): Promise<void> => {
  const lies = allLies(lab)
  await t.test('what a container sends under foreign addresses is dropped, each time, under a name', async (t) => {
    const stations = await lab.allStations()
    await judge(t, lab, lies)
    for (const { what, frame } of lies) {
      const heard = [...stations].filter(([, one]) => one.heard.some(sameFrame(frame))).map(([name]) => name)
      t.same(heard, [], `${what} reaches nobody`)
    }
  })

  const [frameLie, ipv4Lie, below, ipv6Lie] = addressLies(lab)
  if (!frameLie || !ipv4Lie || !below || !ipv6Lie) throw new Error('there are four')
  await t.test('an allowed pair lets through what it names, and nothing else', async (t) => {
    await lab.setPort(liar, { network: 'blue', allowedPairs: [{ cidr: `${stranger.ip}/32` }] })
    await arrive(t, lab, [ipv4Lie.frame], [['blue2']])
    await judge(t, lab, [ipv6Lie, frameLie])
    const pair = { mac: stranger.mac, cidr: `${lab.address(liar)}/32` }
    await lab.setPort(liar, { network: 'blue', allowedPairs: [pair] })
    await arrive(t, lab, [below.frame], [['blue2']])
    await judge(t, lab, [ipv4Lie])
  })

  await t.test('a port without guard sends as it likes, within its network', async (t) => {
    await lab.setPort(liar, { network: 'blue', guard: false })
    const all = ['blue1', 'blue2', 'blue3']
    await arrive(t, lab, [frameLie.frame, ipv4Lie.frame, ipv6Lie.frame], [all, ['blue2'], ['blue2']])
    await lab.setPort(liar, { network: 'blue' })
    await judge(t, lab, lies)
  })
}
