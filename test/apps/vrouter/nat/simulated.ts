// One host with a tagged physical network outside, simulated.
import type { Test } from 'tap'
import nat from '../../../../apps/vrouter/nat/app.ts'
import record from '../../../../apps/vrouter/nat-record/app.ts'
import router from '../../../../apps/vrouter/router/app.ts'
import { readStatistics } from '../../../../controller/engine/index.ts'
import {
  type Arp,
  ArpOp,
  EtherType,
  encodeArp,
  encodeEthernet,
  ipv4Of,
  type Packet,
  parsePacket,
} from '../../../../controller/packet/index.ts'
import { until } from '../../../engine/lab.ts'
import { doc, hostDoc, macOf, portDocs, type SimHost, simHost } from '../../one-host.ts'

export const [a, b, outside, tunnel] = [1, 2, 9, 65001]
const vlan = 7
export const tag = [{ tpid: EtherType.VLAN, pcp: 0, dei: false, vid: vlan }]
export const gateway = '02:00:00:00:fe:01'
export const upstream = '02:00:00:00:ff:01'
export const numberOf = (mac: string): number => Number.parseInt(mac.replaceAll(':', ''), 16)

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

export const h3 = {
  ...{ dpid: '0000000000000003', encap: { address: '192.0.2.3', types: ['geneve' as const] } },
  tunnels: { geneve: tunnel },
}

export const floatingMac = 0x0a68_cb00_710c

export const start = async (t: Test): Promise<SimHost> => {
  const lab = await simHost(t, [router, nat, record], [a, b, outside, { number: tunnel, tunnel: true }])
  await lab.apply(...docs)
  return lab
}

/** The first frame out of the physical network's port that is as expected. */
export const sent = async (lab: SimHost, isIt: (packet: Packet) => boolean): Promise<Packet> => {
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

export const arpReply = (arp: Pick<Arp, 'sha' | 'spa'>, spa: string, sha: string): Uint8Array =>
  encodeEthernet({
    ...{ src: sha, dst: arp.sha, tags: tag, etherType: EtherType.ARP },
    payload: encodeArp({ op: ArpOp.REPLY, sha, spa, tha: arp.sha, tpa: arp.spa }),
  })

/** A host whose upstream router has answered. */
export const ready = async (t: Test): Promise<SimHost> => {
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
export const out = (lab: SimHost, port: number, frame: Uint8Array) =>
  lab.sw.receive(port, frame).outputs.map(({ port, frame, tunnel }) => ({ port, tunnel, ...parsePacket(frame) }))

export const from = (number: number) => ({ src: macOf(number), dst: gateway })
export const fromOutside = { src: upstream, dst: gateway, tags: tag }
export const world = '198.51.100.1'
/** How another host hands packets over. */
export const handedOver = { id: 99n, src: ipv4Of('192.0.2.2'), dst: ipv4Of('192.0.2.1'), ipv6Src: 0n, ipv6Dst: 0n }

/** Packets that the host has dropped so far, by reason. */
export const dropsIn = async (lab: SimHost): Promise<ReadonlyMap<string, number>> => {
  const live = lab.engine.switches.get(1n)
  const drops = new Map<string, number>()
  for (const [key, { packets }] of live ? await readStatistics(live) : []) {
    const drop = live?.desired.flows.get(key)?.thing.drop
    if (drop !== undefined) drops.set(drop, (drops.get(drop) ?? 0) + Number(packets))
  }
  return drops
}
