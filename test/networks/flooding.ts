import type { Test } from 'tap'
import { arpRequestFrame, broadcast, encodeEthernet, neighborFrame, udpFrame } from '../../controller/packet/index.ts'
import { until } from '../engine/lab.ts'
import { Capture } from '../support/capture.ts'
import { type NetworksLab, patience } from './lab.ts'
import type { Station } from './station.ts'

/** Of each kind. */
const many = 200
/** As many wait in the socket of a switch that stands still; more may be lost, for it has some 200 KiB. */
const lot = 50
/** What broadcasts have in them, before the name of who sent them. */
const kinds = ['broadcast of', 'frame to all of'] as const
const nobody = { mac: '02:00:00:00:ff:ff', ip: '10.0.0.200', ip6: 'fd00:10::200' } as const
const all = { mac: broadcast, ip: '255.255.255.255' } as const
const localType = 0x88b5

const bytes = (text: string): Uint8Array => Buffer.from(text.padEnd(50))

/** To all of the network of a container: of IPv4, and of a type that nobody knows. */
const broadcasts = (lab: NetworksLab, from: string): Uint8Array[] => {
  const { mac } = lab.card(from)
  const udp = { src: 5000, dst: 5000, payload: bytes(`broadcast of ${from}`) }
  return [
    udpFrame({ src: mac, dst: all.mac }, { src: lab.address(from), dst: all.ip }, udp),
    encodeEthernet({ src: mac, dst: all.mac, etherType: localType, payload: bytes(`frame to all of ${from}`) }),
  ]
}

const unknownUnicast = (lab: NetworksLab, from: string): Uint8Array =>
  udpFrame(
    { src: lab.card(from).mac, dst: nobody.mac },
    { src: lab.address(from), dst: nobody.ip },
    { src: 5000, dst: 5000, payload: bytes(`unicast of ${from}`) },
  )

/** Who has an address, asked by ARP or neighbour discovery. */
const question = (lab: NetworksLab, from: string, target: string): Uint8Array => {
  const { mac } = lab.card(from)
  if (!target.includes(':')) return arpRequestFrame({ mac, ip: lab.address(from) }, target)
  const group = { mac: '33:33:ff:00:00:01', ip: 'ff02::1:ff00:1' }
  const network = { src: lab.address(from, 6), dst: group.ip }
  return neighborFrame({ src: mac, dst: group.mac }, network, { icmpType: 135, target, sll: mac })
}

const heardBy = (stations: ReadonlyMap<string, Station>, marker: string): Record<string, number> => {
  const counts = [...stations].map(([name, station]) => [name, station.heardWith(marker).length] as const)
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** Sends frames so many times, not faster than they come through. @param haveCome whether so many of each have */
const inLots = async (
  station: Station,
  frames: readonly Uint8Array[],
  times: number,
  haveCome: (count: number) => boolean,
): Promise<void> => {
  for (let sent = 0; sent < times; ) {
    const count = Math.min(lot, times - sent)
    await station.send(frames, count)
    sent += count
    await until(`${sent} have come`, () => haveCome(sent), patience)
  }
}

const answersTo = ({ heard }: Station): number =>
  heard.filter(({ packet: { arp, neighbor } }) => arp?.op === 2 || neighbor?.icmpType === 136).length

const expectedDrops = new Map([
  ['ARP request for an unknown address', 2 * many],
  ['neighbour solicitation for an unknown address', 2 * many],
  ['unknown destination', many],
])

/** What nobody takes, by the reason for which it is dropped. */
const unwanted = (lab: NetworksLab): ReadonlyMap<string, Uint8Array> =>
  new Map([
    ['ARP request for an unknown address', question(lab, 'blue1', nobody.ip)],
    ['neighbour solicitation for an unknown address', question(lab, 'blue1', nobody.ip6)],
    ['unknown destination', unknownUnicast(lab, 'blue1')],
  ])

/** Waits until all drops are counted; frames that a busy switch did not take, or count, are sent again. */
const allDropped = async (lab: NetworksLab, before: ReadonlyMap<string, number>) => {
  const blue1 = await lab.station('blue1')
  for (let attempt = 0; attempt < 3; attempt++) {
    const seen = await lab.dropsSince('h1', before, expectedDrops, patience / 6)
    const missing = [...expectedDrops].map(([reason, count]) => [reason, count - (seen.get(reason) ?? 0)] as const)
    if (missing.every(([, count]) => count <= 0)) return seen
    const frames = unwanted(lab)
    for (const [reason, count] of missing) {
      const frame = frames.get(reason)
      if (frame && count > 0) await blue1.send([frame], count)
    }
  }
  return lab.dropsSince('h1', before, expectedDrops)
}

const judgeUnderlay = async (t: Test, lab: NetworksLab, capture: Capture): Promise<void> => {
  const { mac } = lab.card('blue1')
  const inTunnel = '(vxlan || gre || geneve)'
  const copies = (what: string, host: number) =>
    `frame contains "${what}" && ${inTunnel} && ip.dst == 172.30.0.1${host}`
  const expected: readonly (readonly [what: string, filter: string, count: number])[] = [
    ['no ARP of containers', `arp && ${inTunnel}`, 0],
    ['nor outside of tunnels', 'arp && !(arp.src.proto_ipv4 == 172.30.0.0/24)', 0],
    ['no neighbour discovery', `icmpv6.type == 135 && eth.src == ${mac} && ${inTunnel}`, 0],
    ['no unknown unicast', `eth.dst == ${nobody.mac}`, 0],
    ...kinds.flatMap((kind) => [
      [`${kind} blue: once to one host`, copies(`${kind} blue1`, 2), many] as const,
      [`${kind} blue: once to the other`, copies(`${kind} blue1`, 3), many] as const,
      [`${kind} green: once to one host`, copies(`${kind} green1`, 2), many] as const,
      [`${kind} green: not to the other`, copies(`${kind} green1`, 3), 0] as const,
    ]),
  ]
  const counts = await capture.counts(expected.map(([, filter]) => filter))
  for (const [at, [what, , count]] of expected.entries()) t.equal(counts[at], count, what)
}

/** What containers send to all, or to nobody, goes as far as their network and no further. */
export const flooding = async (t: Test, lab: NetworksLab): Promise<void> => {
  const stations = await lab.allStations()
  const blue1 = await lab.station('blue1')
  const green1 = await lab.station('green1')
  const before = await lab.dropsAtRest('h1', [...expectedDrops.keys()])
  const capture = await Capture.start(lab.namespace('underlay'), 'rack1', lab.folder.part('underlay.pcap'))
  for (const family of [4, 6] as const) {
    const answered = answersTo(blue1)
    const asking = [question(lab, 'blue1', lab.address('blue2', family))]
    await inLots(blue1, asking, many * 2, (count) => answersTo(blue1) >= answered + count)
  }
  for (const target of [nobody.ip, nobody.ip6]) await blue1.send([question(lab, 'blue1', target)], many * 2)
  const others = { blue2: many, blue3: many, blue4: many }
  const haveHeard = (from: string, names: readonly string[]) => (count: number) =>
    names.every((name) =>
      kinds.every((kind) => (stations.get(name)?.heardWith(`${kind} ${from}`).length ?? 0) >= count),
    )
  await inLots(blue1, broadcasts(lab, 'blue1'), many, haveHeard('blue1', Object.keys(others)))
  await inLots(green1, broadcasts(lab, 'green1'), many, haveHeard('green1', ['green2']))
  await blue1.send([unknownUnicast(lab, 'blue1')], many)
  const dropped = await allDropped(lab, before)
  for (const [marker, copies] of [
    ['frame to all of blue1', 2 * many],
    ['frame to all of green1', many],
  ] as const) {
    await capture.holds(marker, copies)
  }
  await capture.stop()

  await t.test('a broadcast reaches exactly the containers of its network, once', (t) => {
    for (const kind of kinds) {
      t.same(heardBy(stations, `${kind} blue1`), others)
      t.same(heardBy(stations, `${kind} green1`), { green2: many })
    }
    t.end()
  })
  await t.test('questions are answered on the own host; what nobody can answer is counted', (t) => {
    t.equal(answersTo(blue1), 4 * many)
    t.same([...dropped], [...expectedDrops])
    t.same(heardBy(stations, 'unicast of blue1'), {}, 'unicast to an unknown address')
    t.end()
  })
  await t.test('of all this, the underlay carries the broadcasts alone', (t) => judgeUnderlay(t, lab, capture))
}
