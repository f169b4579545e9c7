import type { Test } from 'tap'
import { ipBatch } from '../../topology/lab/ip.ts'
import { until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'
import { Pinging } from './pinging.ts'

const isIpv6 = (address: string): boolean => address.includes(':')

/**
 * Milliseconds without an answer at most: without the controller it would last for good where a container has moved, and
 * until the kernel doubts what it knows, 20 s at least, where an Ethernet address has changed.
 */
const longestGap = 10_000

/** Gives a container another card on a host, not yet in use. */
const prepare = async (lab: NetworksLab, container: string, host: string): Promise<void> => {
  const { mac, mtu } = lab.card(container)
  const there = `name next address ${mac} mtu ${mtu} netns ${lab.namespace(container)}`
  const lines = [
    `link add name ${container} mtu ${mtu} type veth peer ${there}`,
    `link set dev ${container} arp off up`,
  ]
  await ipBatch(lines, lab.namespace(host))
  await lab.inside(container, 'ethtool', '-K', 'next', 'tx', 'off')
}

/** Has it use the new card in the place of the old one. */
const change = async (lab: NetworksLab, container: string): Promise<void> => {
  const addresses = lab.card(container).addresses.map((one) => `${one} dev next${isIpv6(one) ? ' nodad' : ''}`)
  const lines = ['link delete dev eth0', 'link set dev next up', ...addresses.map((one) => `address add ${one}`)]
  await ipBatch(lines, lab.namespace(container))
}

/** Plugs a container's card to a host's bridge, once that is there. */
const addPort = async (lab: NetworksLab, container: string, host: string): Promise<void> => {
  const ids = ['set', 'interface', container, `external_ids:iface-id=${lab.card(container).port}`]
  const plugged = ['add-port', 'br-int', container, '--', ...ids]
  await lab.daemons(host).vsctl('wait-until', 'bridge', 'br-int', '--', ...plugged)
}

/** The same, and waits until the host confirms it. */
export const plug = async (lab: NetworksLab, container: string, host: string): Promise<void> => {
  await addPort(lab, container, host)
  const isInstalled = ['wait-until', 'interface', container, 'external_ids:heddle-installed=true']
  await lab.daemons(host).vsctl('--timeout=25', ...isInstalled)
}

interface Places {
  readonly from: string
  readonly to: string
}

/** Moves a container from one host to another, as a virtual machine moves: it has both places for a moment. */
const move = async (lab: NetworksLab, container: string, { from, to }: Places): Promise<void> => {
  await prepare(lab, container, to)
  await plug(lab, container, to)
  await change(lab, container)
  await lab.daemons(from).vsctl('del-port', 'br-int', container)
}

/** The same while no controller runs, which would confirm it. */
export const moveUnseen = async (lab: NetworksLab, container: string, { from, to }: Places): Promise<void> => {
  await prepare(lab, container, to)
  await addPort(lab, container, to)
  await change(lab, container)
  await lab.daemons(from).vsctl('del-port', 'br-int', container)
}

/** Flows of any host that name an Ethernet address as destination, by host. */
export const flowsTo = async (lab: NetworksLab, mac: string): Promise<Record<string, string[]>> => {
  const lists = await Promise.all(lab.hosts.map(async (host) => [host, await lab.flows(host)] as const))
  return Object.fromEntries(lists.map(([host, flows]) => [host, flows.filter((one) => one.includes(`dl_dst=${mac}`))]))
}

/** A container moves to another host under ping, and nobody keeps a flow of before. */
export const moving = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('a container moves to another host under ping', async (t) => {
    const pings = await Promise.all([
      Pinging.start(lab, 'blue2', 'blue4'),
      Pinging.start(lab, 'blue1', 'blue4'),
      Pinging.start(lab, 'blue3', 'blue4', 6),
    ])
    await move(lab, 'blue4', { from: 'h1', to: 'h3' })
    const gaps = await Promise.all(pings.map((ping) => ping.stop()))
    t.ok(Math.max(...gaps) <= longestGap, `lost for ${gaps.join(', ')} ms`)

    await lab.settled()
    const { h1 = [], h2 = [], h3 = [] } = await flowsTo(lab, lab.card('blue4').mac)
    t.same([h1.length, h2.length, h3.length], [1, 1, 1])
    t.match(h1[0], /172\.30\.0\.13->tun_dst/, 'through the tunnel to its new host')
    t.match(h2[0], /172\.30\.0\.13->tun_dst/)
    t.notMatch(h3[0], /tun_dst/, 'and there to its port')
  })

  await t.test('a port gets another Ethernet address: its neighbours know at once', async (t) => {
    const mac = '02:00:00:00:aa:01'
    const known = async (family: 4 | 6): Promise<string> => {
      const printed = await lab.inside('red1', 'ip', 'neighbor', 'show', 'to', lab.address('red3', family))
      return /lladdr (\S+)/.exec(printed)?.[1] ?? ''
    }
    const pings = await Promise.all([Pinging.start(lab, 'red1', 'red3'), Pinging.start(lab, 'red1', 'red3', 6)])
    const before = [await known(4), await known(6)]
    t.same(before, [lab.card('red3').mac, lab.card('red3').mac])
    // IPv6 addresses stay only where the card stays up.
    await lab.inside('red3', 'ip', 'link', 'set', 'dev', 'eth0', 'address', mac)
    await lab.setPort('red3', { network: 'red', mac })
    await until('red1 knows by ARP', async () => (await known(4)) === mac, patience)
    await until('red1 knows by neighbour discovery', async () => (await known(6)) === mac, patience)
    const gaps = await Promise.all(pings.map((ping) => ping.stop()))
    t.ok(Math.max(...gaps) <= longestGap, `lost for ${gaps.join(', ')} ms, from the change in the container on`)
  })
}
