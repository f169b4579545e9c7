import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import type { LabFolder } from '../../../topology/lab/folder.ts'
import { cutLink, healLinks } from '../../../topology/lab/links.ts'
import { namespaceOf } from '../../../topology/lab/names.ts'
import { pingAll, surprises } from '../../../topology/lab/ping.ts'
import { statusOf } from '../../../topology/lab/status.ts'
import { throughput } from '../../../topology/lab/traffic.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { until } from '../../engine/lab.ts'
import { Capture } from '../../support/capture.ts'
import { namespaces, ovs, tshark } from '../../support/needs.ts'
import { labOf, labsOf, leftOf, pingPatiently } from './labs.ts'

const file = fileURLToPath(new URL('../../../topology/labs/three-encaps.yaml', import.meta.url))

const tunnels = [
  [11, 12, 'vxlan'],
  [12, 13, 'gre'],
  [11, 13, 'geneve'],
] as const

const between = (a: number, b: number): string => `ip.addr == 172.30.0.${a} && ip.addr == 172.30.0.${b} && icmp`

/** Pings between all containers, as the underlay shows them. */
const capturedPings = async (folder: LabFolder): Promise<Capture> => {
  const capture = await Capture.start(namespaceOf(folder.name, 'underlay'), 'rack1', folder.part('underlay.pcap'))
  await pingPatiently(folder)
  // What is captured is written a little later; a file that is being written may end amid a packet.
  const shown = () => capture.counts(tunnels.map(([a, b]) => between(a, b))).catch(() => [0])
  await until('pings of all are written', async () => (await shown()).every((count) => count > 0))
  await capture.stop()
  return capture
}

const judgeUnderlay = async (t: Test, capture: Capture): Promise<void> => {
  const filters = tunnels.flatMap(([a, b, wire]) => [`${between(a, b)} && ${wire}`, `${between(a, b)} && !${wire}`])
  const arp = ['arp && (vxlan || gre || geneve)', 'arp && !(arp.src.proto_ipv4 == 172.30.0.0/24)']
  const counts = await capture.counts([...filters, ...arp])
  for (const [at, [a, b, wire]] of tunnels.entries()) {
    t.ok((counts[2 * at] ?? 0) > 0, `${wire} between .${a} and .${b}`)
    t.equal(counts[2 * at + 1], 0, `nothing else between .${a} and .${b}`)
  }
  t.same(counts.slice(filters.length), [0, 0], 'no ARP of tenants')
}

t.test('the lab three-encaps with its controller', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  labsOf(t)
  const { folder, lab } = labOf(t, file, `lab3e${process.pid}`)
  await bringUp(folder, lab)
  const record = folder.record
  const { cards } = folder.facts
  if (!record || !cards) throw new Error('the lab wrote nothing down')

  await t.test('all pairs of a network reach each other by IPv4 and IPv6, none of two networks', async (t) => {
    const pairs = await pingPatiently(folder)
    t.same(surprises(pairs), [])
    t.equal(pairs.length, 7 * 6 * 2)
    t.equal(pairs.filter(({ reached }) => reached).length, (4 * 3 + 3 * 2) * 2)
  })

  await t.test('each pair of hosts uses what both speak, and no ARP of tenants is on the underlay', async (t) => {
    if (tshark(t)) await judgeUnderlay(t, await capturedPings(folder))
  })

  await t.test('TCP flows through each encapsulation', async (t) => {
    for (const [from, container] of [
      ['blue1', 'blue2'],
      ['blue2', 'blue3'],
      ['blue1', 'blue3'],
    ] as const) {
      const address = cards[container]?.[0]?.addresses[0]?.replace(/\/.*/, '') ?? ''
      t.ok((await throughput(folder, from, { container, address }, 1)) > 1, `${from} to ${container}`)
    }
  })

  await t.test('a host that is cut off is reached by nobody, until it is healed', async (t) => {
    await cutLink(folder, record, 'h2')
    t.same((await statusOf(folder, record)).cut, ['h2'])
    const lost = surprises(await pingAll(folder.name, cards))
    t.same([...new Set(lost.flatMap(({ from, to }) => [from, to]).filter((name) => /2$/.test(name)))].sort(), [
      'blue2',
      'red2',
    ])
    t.ok(lost.every(({ from, to }) => /2$/.test(from) !== /2$/.test(to)))
    t.same(await healLinks(folder, record), ['h2'])
    t.same(surprises(await pingPatiently(folder)), [])
  })

  await t.test('nothing is left of it once it is down', async (t) => {
    await takeDown(folder)
    t.notOk(existsSync(folder.path))
    t.same(leftOf(folder), [])
  })
})
