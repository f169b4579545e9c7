import type { Test } from 'tap'
import { ipBatch } from '../../topology/lab/ip.ts'
import { until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'
import { Pinging } from './pinging.ts'

const isIpv6 = (address: string): boolean => address.includes(':')

/** Milliseconds without an answer, at most. */
const longestGap = 1_000
/** A machine that stands still for a moment is not the controller's fault: one change of so many is as quick as that. */
const attempts = 5

/** The shortest of the gaps that changes made, of as few as are needed. */
const shortestGap = async (t: Test, once: (attempt: number) => Promise<readonly number[]>): Promise<number> => {
  let shortest = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < attempts && shortest > longestGap; attempt++) {
    const gaps = await once(attempt)
    t.comment(`lost for ${gaps.join(', ')} ms`)
    shortest = Math.min(shortest, Math.max(...gaps))
  }
  return shortest
}

/** Names that the cards of a container have by turns. */
const cards = ['eth0', 'eth0b'] as const

/** The name of the card that a container has, and that of its next one. */
const cardsOf = async (lab: NetworksLab, container: string): Promise<readonly [string, string]> => {
  const listed = await lab.inside(container, 'ip', '-o', 'link', 'show')
  return listed.includes(`: ${cards[1]}@`) ? [cards[1], cards[0]] : cards
}

/** Gives a container another card on a host, not yet in use, and its names. */
const prepare = async (lab: NetworksLab, container: string, host: string): Promise<readonly [string, string]> => {
  const { mac, mtu } = lab.card(container)
  const [card, next] = await cardsOf(lab, container)
  const there = `name ${next} address ${mac} mtu ${mtu} netns ${lab.namespace(container)}`
  const lines = [
    `link add name ${container} mtu ${mtu} type veth peer ${there}`,
    `link set dev ${container} arp off up`,
  ]
  await ipBatch(lines, lab.namespace(host))
  await lab.inside(container, 'ethtool', '-K', next, 'tx', 'off')
  return [card, next]
}

/** Has it use the new card in the place of the old one. */
const change = async (lab: NetworksLab, container: string, [card, next]: readonly [string, string]): Promise<void> => {
  const addresses = lab.card(container).addresses.map((one) => `${one} dev ${next}${isIpv6(one) ? ' nodad' : ''}`)
  const lines = [`link delete dev ${card}`, `link set dev ${next} up`, ...addresses.map((one) => `address add ${one}`)]
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
  const names = await prepare(lab, container, to)
  await plug(lab, container, to)
  await change(lab, container, names)
  await lab.daemons(from).vsctl('del-port', 'br-int', container)
}

/** The same while no controller runs, which would confirm it. */
export const moveUnseen = async (lab: NetworksLab, container: string, { from, to }: Places): Promise<void> => {
  const names = await prepare(lab, container, to)
  await addPort(lab, container, to)
  await change(lab, container, names)
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
    const there = { from: 'h1', to: 'h3' }
    const gap = await shortestGap(t, async (attempt) => {
      if (attempt > 0) await move(lab, 'blue4', { from: 'h3', to: 'h1' })
      const pings = await Promise.all([
        Pinging.start(lab, 'blue2', 'blue4'),
        Pinging.start(lab, 'blue1', 'blue4'),
        Pinging.start(lab, 'blue3', 'blue4', 6),
      ])
      await move(lab, 'blue4', there)
      return Promise.all(pings.map((ping) => ping.stop()))
    })
    t.ok(gap <= longestGap, `lost for ${gap} ms`)

    await lab.settled()
    const { h1 = [], h2 = [], h3 = [] } = await flowsTo(lab, lab.card('blue4').mac)
    t.same([h1.length, h2.length, h3.length], [1, 1, 1])
    t.match(h1[0], /172\.30\.0\.13->tun_dst/, 'through the tunnel to its new host')
    t.match(h2[0], /172\.30\.0\.13->tun_dst/)
    t.notMatch(h3[0], /tun_dst/, 'and there to its port')
  })

  await t.test('a port gets another Ethernet address: its neighbours know at once', async (t) => {
    const known = async (family: 4 | 6): Promise<string> => {
      const printed = await lab.inside('red1', 'ip', 'neighbor', 'show', 'to', lab.address('red3', family))
      return /lladdr (\S+)/.exec(printed)?.[1] ?? ''
    }
    const gap = await shortestGap(t, async (attempt) => {
      const mac = `02:00:00:00:aa:0${attempt + 1}`
      const pings = await Promise.all([Pinging.start(lab, 'red1', 'red3'), Pinging.start(lab, 'red1', 'red3', 6)])
      const before = attempt === 0 ? lab.card('red3').mac : `02:00:00:00:aa:0${attempt}`
      t.same([await known(4), await known(6)], [before, before])
      // IPv6 addresses stay only where the card stays up.
      await lab.inside('red3', 'ip', 'link', 'set', 'dev', 'eth0', 'address', mac)
      await lab.setPort('red3', { network: 'red', mac })
      await until('red1 knows by ARP', async () => (await known(4)) === mac, patience)
      await until('red1 knows by neighbour discovery', async () => (await known(6)) === mac, patience)
      return Promise.all(pings.map((ping) => ping.stop()))
    })
    t.ok(gap <= longestGap, `lost for ${gap} ms, from the change in the container on`)
  })
}
