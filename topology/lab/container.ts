import { run } from '../ovs/shell.ts'
import { type Card, cardsOf, containersOn, type LabContainer } from './description.ts'
import type { AssignedCard, LabFolder, LabRecord } from './folder.ts'
import { daemonsOf } from './host.ts'
import { bridgedOnly, ipBatch } from './ip.ts'
import { integrationBridge, namespaceOf } from './names.ts'
import { inParallel } from './parallel.ts'

/** More at once would wait for the same processors. */
const atOnce = 4
/** Seconds in which a host has to confirm its tables. */
const installDeadline = 30

/** A container's card and what the controller assigned to it. */
interface Plugged extends Card {
  readonly assigned: AssignedCard
}

const pluggedOf = (container: LabContainer, assigned: readonly AssignedCard[]): Plugged[] =>
  cardsOf(container).map((card, index) => ({ ...card, assigned: assigned[index] as AssignedCard }))

/** Its cables, laid in the host's namespace. */
const cableLines = (namespace: string, cards: readonly Plugged[]): string[] =>
  cards.flatMap(({ name, peer, assigned: { mac, mtu } }) => [
    `link add name ${peer} mtu ${mtu} type veth peer name ${name} address ${mac} mtu ${mtu} netns ${namespace}`,
    `link set dev ${peer} ${bridgedOnly}`,
  ])

const isIpv6 = (address: string): boolean => address.includes(':')

/** Its inside: addresses, and a default route of each family by the first card that has a gateway. */
const insideLines = (cards: readonly Plugged[]): string[] => {
  const routes = cards.flatMap(({ name, assigned }) => assigned.gateways.map((gateway) => ({ name, gateway })))
  const chosen = [false, true].flatMap((v6) => routes.find(({ gateway }) => isIpv6(gateway) === v6) ?? [])
  return [
    'link set dev lo up',
    ...cards.flatMap(({ name, assigned }) => [
      `link set dev ${name} up`,
      ...assigned.addresses.map((one) => `address add ${one} dev ${name}${isIpv6(one) ? ' nodad' : ''}`),
    ]),
    ...chosen.map(({ name, gateway }) => `route add default via ${gateway} dev ${name}`),
  ]
}

/** The userspace data path needs whole checksums: with offload, ping works and TCP stalls. */
const noOffload = (cards: readonly Plugged[]): string =>
  cards.map(({ name }) => `ethtool -K ${name} tx off >/dev/null`).join(' && ')

const setUpInside = async (namespace: string, cards: readonly Plugged[]): Promise<void> => {
  const input = `${insideLines(cards).join('\n')}\n`
  await run('ip', ['netns', 'exec', namespace, 'sh', '-c', `ip -batch - && ${noOffload(cards)}`], { input })
}

/** Its ports on the integration bridge, named as the controller knows them. */
const plug = (cards: readonly Plugged[]): string[] =>
  cards.flatMap(({ peer, port, assigned: { mac } }) => [
    ...['--', 'add-port', integrationBridge, peer, '--', 'set', 'interface', peer],
    ...[`external_ids:iface-id=${JSON.stringify(port)}`, `external_ids:attached-mac=${JSON.stringify(mac)}`],
  ])

type Assigned = Readonly<Record<string, readonly AssignedCard[]>>

const buildOn = async (folder: LabFolder, record: LabRecord, host: string, assigned: Assigned): Promise<void> => {
  const { name: lab, description } = record
  const all = containersOn(description, host).map((container) => ({
    namespace: namespaceOf(lab, container.name),
    cards: pluggedOf(container, assigned[container.name] ?? []),
  }))
  if (all.length === 0) return
  const cables = all.flatMap(({ namespace, cards }) => cableLines(namespace, cards))
  await ipBatch(cables, namespaceOf(lab, host))
  // The controller makes the bridge once the host has connected.
  const words = ['wait-until', 'bridge', integrationBridge, ...all.flatMap(({ cards }) => plug(cards))]
  const plugged = daemonsOf(folder, host).vsctl(...words)
  await Promise.all([plugged, ...all.map(({ namespace, cards }) => setUpInside(namespace, cards))])
}

/** Builds all containers and plugs them to their hosts. */
export const buildContainers = async (folder: LabFolder, record: LabRecord, assigned: Assigned): Promise<void> => {
  await inParallel(record.description.hosts, atOnce, ({ name }) => buildOn(folder, record, name, assigned))
}

/**
 * Waits until every host has confirmed the tables of its containers' ports.
 *
 * @throws CommandError of the host that does not within 30 s
 */
export const waitInstalled = async (folder: LabFolder, { description }: LabRecord): Promise<void> => {
  await inParallel(description.hosts, description.hosts.length, async ({ name }) => {
    const peers = containersOn(description, name).flatMap((container) => cardsOf(container).map(({ peer }) => peer))
    if (peers.length === 0) return
    const waits = peers.flatMap((peer) => ['--', 'wait-until', 'interface', peer, 'external_ids:heddle-installed=true'])
    await daemonsOf(folder, name).vsctl(`--timeout=${installDeadline}`, ...waits.slice(1))
  })
}
