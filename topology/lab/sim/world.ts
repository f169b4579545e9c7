import { formatMac } from '../../../controller/openflow/wire/address.ts'
import { macOf } from '../../../controller/packet/index.ts'
import { cardsOf, containersOn, type Description, type LabContainer, type LabHost, subnetOf } from '../description.ts'
import { cardsOutside } from '../external.ts'
import type { AssignedCard } from '../folder.ts'
import type { Assigned } from '../kind.ts'
import { integrationBridge } from '../names.ts'
import type { Answer, Asked } from '../ping.ts'
import type { CardSettings } from './card.ts'
import { buildHost, buildOutside, layGround } from './ground.ts'
import type { SimHost } from './host.ts'
import { parseIp, parsePrefix } from './ip.ts'
import { addBridge, addPort, map, mappedIn, type Operation, textIn } from './rows.ts'
import { Station } from './station.ts'
import { Wiring } from './wiring.ts'

/** Where a controller listens, as `ovs-vsctl set-controller` and `set-manager` take it. */
export interface Targets {
  readonly openflow: string
  readonly ovsdb: string
}

/** Milliseconds in which most pings are answered. */
const pause = 2

/** Its cards in physical networks are on bridges of their own, as an operator has them. */
const configuration = (description: Description, host: LabHost, { openflow, ovsdb }: Targets): Operation[] => {
  const outside = cardsOutside(description, host.name)
  const mappings = outside.map(({ external, bridge }) => `${external.name}:${bridge}`)
  const ids = {
    ...{ 'system-id': host.name, hostname: host.name, 'heddle-encap-ip': host.address },
    ...{ 'heddle-underlay-mtu': String(subnetOf(description, host).mtu), 'heddle-controller': openflow },
    'heddle-datapath-type': 'netdev',
    ...(mappings.length === 0 ? {} : { 'heddle-bridge-mappings': mappings.join() }),
    ...(host.encapsulation.length === 0 ? {} : { 'heddle-encap-type': host.encapsulation.join() }),
  }
  return [
    { op: 'update', table: 'Open_vSwitch', where: [], row: { external_ids: map(ids) } },
    ...outside.flatMap(({ bridge, name }, index) => [
      ...addBridge(index, bridge, { datapath_type: 'netdev', fail_mode: 'standalone' }),
      ...addPort(bridge, index, name, {}),
    ]),
    { op: 'insert', table: 'Manager', row: { target: ovsdb }, 'uuid-name': 'manager' },
    {
      ...{ op: 'mutate', table: 'Open_vSwitch', where: [] },
      mutations: [['manager_options', 'insert', ['set', [['named-uuid', 'manager']]]]],
    },
  ]
}

const settingsOf = ({ mac, addresses, gateways }: AssignedCard): Omit<CardSettings, 'end'> => ({
  mac: macOf(mac),
  addresses: addresses.map(parsePrefix),
  gateways: gateways.map(parseIp),
})

/** All of a simulated lab: hosts, containers, machines outside, and the cables between them. */
export class World {
  private readonly description: Description
  private readonly wiring = new Wiring()
  private readonly hosts: ReadonlyMap<string, SimHost>
  private readonly stations: Map<string, Station>

  /** @param folderOf gives each host its folder */
  constructor(description: Description, folderOf: (host: string) => string) {
    this.description = description
    layGround(this.wiring, description)
    const build = (host: LabHost) => buildHost(this.wiring, description, host, folderOf(host.name))
    this.hosts = new Map(description.hosts.map((host) => [host.name, build(host)]))
    this.stations = buildOutside(this.wiring, description)
  }

  close(): void {
    for (const host of this.hosts.values()) host.close()
    for (const station of this.stations.values()) station.close()
  }

  /** Tells the hosts who manages them. */
  manage(targets: Targets): void {
    for (const host of this.description.hosts) {
      this.hosts.get(host.name)?.transact(configuration(this.description, host, targets))
    }
  }

  /** Hosts whose integration bridge is not there yet. */
  get unready(): string[] {
    const hosts = this.description.hosts.filter(({ name }) => containersOn(this.description, name).length > 0)
    return hosts.flatMap(({ name }) => (this.hosts.get(name)?.hasBridge(integrationBridge) === true ? [] : [name]))
  }

  /** Makes the containers, and plugs them to their hosts. */
  plug(assigned: Assigned): void {
    for (const { name } of this.description.hosts) {
      const operations = containersOn(this.description, name).flatMap((container) =>
        this.plugOne(container, assigned[container.name] ?? []),
      )
      // Names within a transaction differ.
      this.hosts.get(name)?.transact(operations.flatMap((add, index) => add(index)))
    }
  }

  private plugOne(container: LabContainer, assigned: readonly AssignedCard[]): ((index: number) => Operation[])[] {
    const plugged = cardsOf(container).flatMap(({ peer, port }, index) => {
      const card = assigned[index]
      if (!card) return []
      const cable = this.wiring.add({ name: peer, mtu: card.mtu })
      this.hosts.get(container.host)?.devices.set(peer, cable.a)
      return [{ peer, port, card, settings: { ...settingsOf(card), end: cable.b } }]
    })
    this.stations.set(container.name, new Station(plugged.map(({ settings }) => settings)))
    return plugged.map(
      ({ peer, port, card }) =>
        (index) =>
          addPort(integrationBridge, index, peer, {
            external_ids: map({ 'iface-id': port, 'attached-mac': card.mac }),
          }),
    )
  }

  /** Interfaces of containers whose host does not hold all flows for them yet. */
  get uninstalled(): string[] {
    return [...this.hosts.values()].flatMap(({ database }) =>
      [...database.table('Interface').values()]
        .filter((row) => mappedIn(row, 'external_ids', 'iface-id') !== undefined)
        .filter((row) => mappedIn(row, 'external_ids', 'heddle-installed') !== 'true')
        .map((row) => textIn(row, 'name')),
    )
  }

  /** Has machines ping. Each begins when the one before was answered, or is late: so they do not slow each other down. */
  async ping(asked: readonly Asked[]): Promise<Answer[]> {
    const answers: Promise<Answer>[] = []
    for (const one of asked) {
      const answer = this.pingOnce(one)
      answers.push(answer)
      await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, pause))])
    }
    return Promise.all(answers)
  }

  private async pingOnce({ from, address, seconds, once }: Asked): Promise<Answer> {
    const station = this.stations.get(from)
    const ip = parseIp(address)
    const answered = await station?.ping(ip, seconds * 1000, once)
    const mac = answered && station?.neighbour(ip)
    return { ms: answered?.ms ?? null, neighbour: mac === undefined ? null : formatMac(mac) }
  }

  /** Cuts a link or joins it. @returns whether there is one */
  setCut(link: string, isCut: boolean): boolean {
    return this.wiring.setCut(link, isCut)
  }

  tap(...link: Parameters<Wiring['tap']>): ReturnType<Wiring['tap']> {
    return this.wiring.tap(...link)
  }
}
