import { isDeepStrictEqual as isSame } from 'node:util'
import { gatewayText } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import type { DocumentChange, DocumentKind, Documents } from './documents.ts'
import type { HostFact, NetworkFact, PortFact, SubnetFact } from './facts.ts'
import { Floods } from './floods.ts'
import { Limits } from './limits.ts'
import { Policing } from './policing.ts'
import { Routing } from './routing.ts'
import type { SharedFacts } from './shared.ts'
import { Sites } from './sites.ts'
import { Translations } from './translations.ts'
import { type ZoneLimitFact, ZoneLimits } from './zone-limits.ts'

type Sources = { readonly [K in DocumentKind]: Map<string, Documents[K]> }

const noSources = (): Sources => ({
  network: new Map(),
  number: new Map(),
  subnet: new Map(),
  port: new Map(),
  assignment: new Map(),
  host: new Map(),
  binding: new Map(),
  router: new Map(),
  routerNumber: new Map(),
  nat: new Map(),
  group: new Map(),
  groupNumber: new Map(),
  policy: new Map(),
  qos: new Map(),
})

/** The facts that a change touches, by id. */
interface Touched {
  readonly networks: Set<string>
  readonly subnets: Set<string>
  readonly hosts: Set<string>
  readonly ports: Set<string>
}

const macNumber = (text: string): number => Number.parseInt(text.replaceAll(':', ''), 16)

/**
 * What is known of networks and hosts, joined from documents for apps to read. A change costs work
 * in proportion to what it touches.
 */
export class Model {
  readonly networks = new Collection<NetworkFact>('networks')
  readonly subnets = new Collection<SubnetFact>('subnets')
  readonly hosts = new Collection<HostFact>('hosts')
  readonly ports = new Collection<PortFact>('ports')
  /** Integration bridges, with the hosts that say they are theirs. */
  private readonly dpids = new Placement<bigint>()
  private readonly siteCounts = new Sites()
  readonly sites = this.siteCounts.facts
  private readonly floodCounts = new Floods()
  readonly shards = this.floodCounts.shards
  readonly floods = this.floodCounts.floods
  readonly spreads = this.floodCounts.spreads
  private readonly sources = noSources()
  private readonly followers = new Map<DocumentKind, ((change: DocumentChange) => void)[]>()
  private readonly portsOfNetwork = new Placement<string>()
  private readonly subnetsOfNetwork = new Placement<string>()
  private readonly portsOfHost = new Placement<string>()
  private readonly routing = new Routing(this)
  readonly routers = this.routing.routers
  readonly interfaces = this.routing.interfaces
  readonly attachments = this.routing.attachments
  readonly reaches = this.routing.reaches
  readonly neighbours = this.routing.neighbours
  private readonly nat = new Translations(this)
  readonly gateways = this.nat.gateways
  readonly translations = this.nat.translations
  readonly outsides = this.nat.outsides
  private readonly zones = new ZoneLimits(this)
  readonly zoneLimits = this.zones.facts
  private readonly policing = new Policing(this)
  readonly policyRules = this.policing.policyRules
  readonly policyClauses = this.policing.policyClauses
  readonly policyParts = this.policing.policyParts
  readonly scopes = this.policing.scopes
  readonly policed = this.policing.policed
  readonly members = this.policing.members
  private readonly bounds = new Limits(this)
  readonly limits = this.bounds.limits

  /** A collection by its name. */
  shared(name: keyof SharedFacts): Collection<unknown> {
    return this[name] as Collection<unknown>
  }

  /** Whether a bridge is the integration bridge of a host. */
  isIntegration(dpid: bigint): boolean {
    return this.dpids.objectsAt(dpid).size > 0
  }

  /** Ports that a host has said are on it. */
  portsOf(host: string): ReadonlySet<string> {
    return this.portsOfHost.objectsAt(host)
  }

  /** What bounds routers on a host. */
  zoneLimitsOf(host: string): readonly ZoneLimitFact[] {
    return this.zones.of(host)
  }

  /** Ports with the interfaces that carry them, as hosts have said. */
  bindings(): Iterable<readonly [port: string, binding: Documents['binding']]> {
    return this.sources.binding.entries()
  }

  /** Ports that users want of a network. */
  portsIn(network: string): ReadonlySet<string> {
    return this.portsOfNetwork.objectsAt(network)
  }

  /** Subnets that users want of a network. */
  subnetsOf(network: string): ReadonlySet<string> {
    return this.subnetsOfNetwork.objectsAt(network)
  }

  /** The number of a network in tunnels; undefined where there is none. */
  vniOf(network: string): number | undefined {
    const { network: networks, number: numbers } = this.sources
    const wanted = networks.get(network)
    return wanted && (wanted.vni ?? numbers.get(network)?.vni)
  }

  /** A document as it was last given. */
  document<K extends DocumentKind>(kind: K, id: string): Documents[K] | undefined {
    return this.sources[kind].get(id)
  }

  /** Has someone told of documents of a kind; the facts of networks, hosts and ports that come of the same change follow. */
  followDocuments(kind: DocumentKind, told: (change: DocumentChange) => void): void {
    this.followers.set(kind, [...(this.followers.get(kind) ?? []), told])
  }

  /** Says whether a host has been lost: routers leave by another one, where one of theirs answers. */
  setLost(host: string, isLost: boolean): void {
    this.routing.setLost(host, isLost)
    this.routing.settle()
    this.nat.settle()
    this.zones.settle()
  }

  /** Takes in changes that belong together; facts that come out the same change nothing. */
  apply(changes: readonly DocumentChange[]): void {
    const touched: Touched = { networks: new Set(), subnets: new Set(), hosts: new Set(), ports: new Set() }
    for (const change of changes) this.take(change, touched)
    for (const id of this.routing.regroup()) touched.networks.add(id)
    for (const id of touched.networks) {
      const vni = this.networks.get(id)?.vni
      this.update(this.networks, id, this.networkFact(id))
      // All that ports and subnets have of it is its number.
      if (this.networks.get(id)?.vni === vni) continue
      for (const port of this.portsOfNetwork.objectsAt(id)) touched.ports.add(port)
      for (const subnet of this.subnetsOfNetwork.objectsAt(id)) touched.subnets.add(subnet)
    }
    for (const id of touched.subnets) this.update(this.subnets, id, this.subnetFact(id))
    for (const id of touched.hosts) {
      this.updateHost(id)
      for (const port of this.portsOfHost.objectsAt(id)) touched.ports.add(port)
    }
    for (const id of touched.ports) this.updatePort(id)
    this.routing.settle()
    this.nat.settle()
    this.zones.settle()
    this.policing.settle()
    this.bounds.settle()
  }

  private take(change: DocumentChange, touched: Touched): void {
    const { kind, id, value } = change
    const sources = this.sources[kind] as Map<string, typeof value>
    if (value === undefined) sources.delete(id)
    else sources.set(id, value)
    for (const told of this.followers.get(kind) ?? []) told(change)
    if (kind === 'network' || kind === 'number') touched.networks.add(id)
    else if (kind === 'host') touched.hosts.add(id)
    else if (kind === 'subnet') {
      touched.subnets.add(id)
      this.subnetsOfNetwork.put(id, value?.network)
    } else if (kind === 'port' || kind === 'assignment' || kind === 'binding') {
      touched.ports.add(id)
      if (kind === 'port') this.portsOfNetwork.put(id, value?.network)
      if (kind === 'binding') this.portsOfHost.put(id, value?.host)
    }
  }

  private update<V>(collection: Collection<V>, id: string, fact: V | undefined): void {
    if (fact === undefined) collection.delete(id)
    else if (!isSame(collection.get(id), fact)) collection.set(id, fact)
  }

  private updateHost(id: string): void {
    const now = this.hostFact(id)
    this.dpids.put(id, now?.dpid)
    this.update(this.hosts, id, now)
  }

  private updatePort(id: string): void {
    const before = this.ports.get(id)
    const now = this.portFact(id)
    if (isSame(before, now)) return
    this.siteCounts.replace(before, now)
    this.floodCounts.replace(before, now)
    this.update(this.ports, id, now)
  }

  private networkFact(id: string): NetworkFact | undefined {
    const network = this.sources.network.get(id)
    const vni = this.vniOf(id)
    if (!network || vni === undefined) return undefined
    const { encapsulation, mtu, external, vlan } = network
    return { id, vni, encapsulation, mtu, ...this.routing.aboutNetwork(id), external, vlan }
  }

  private subnetFact(id: string): SubnetFact | undefined {
    const subnet = this.sources.subnet.get(id)
    const network = subnet && this.networks.get(subnet.network)
    if (!subnet || !network) return undefined
    const { cidr, dns = [] } = subnet
    return {
      ...{ id, network: network.id, vni: network.vni, cidr, dns },
      family: cidr.includes(':') ? 6 : 4,
      gateway: gatewayText(subnet),
    }
  }

  private hostFact(id: string): HostFact | undefined {
    const host = this.sources.host.get(id)
    if (!host) return undefined
    const { encap, tunnels, underlayMtu, physical = {} } = host
    return {
      ...{ id, dpid: BigInt(`0x${host.dpid}`), address: encap.address, types: encap.types },
      ...{ tunnels, underlayMtu, physical },
    }
  }

  /** A port that has no address yet, or whose network is not known, is none for apps. */
  private portFact(id: string): PortFact | undefined {
    const { port: ports, assignment: assignments, binding: bindings } = this.sources
    const [port, assignment, binding] = [ports.get(id), assignments.get(id), bindings.get(id)]
    const network = port && this.networks.get(port.network)
    if (!port || !assignment || !network) return undefined
    const host = binding && this.hosts.get(binding.host)
    const pairs = port.allowedPairs ?? []
    return {
      ...{ id, network: network.id, vni: network.vni, mac: macNumber(assignment.mac) },
      addresses: assignment.addresses,
      guard: port.guard ?? true,
      groups: port.groups ?? [],
      allowedPairs: pairs.map(({ mac, cidr }) => ({ mac: mac === undefined ? undefined : macNumber(mac), cidr })),
      host: host?.id,
      dpid: host?.dpid,
      ofport: host ? binding?.ofport : undefined,
    }
  }
}
