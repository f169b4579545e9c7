import { isDeepStrictEqual as isSame } from 'node:util'
import type { Router } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import { Attachments } from './attachments.ts'
import { Domains } from './domains.ts'
import type { NetworkFact, SiteFact, SubnetFact } from './facts.ts'
import { gatewayHost } from './gateway.ts'
import { Links } from './links.ts'
import type { Model } from './model.ts'
import { Mtus } from './mtus.ts'
import { type Place, Reaches } from './reaches.ts'
import { RoutedPorts } from './routed-ports.ts'
import { canonical, routerFact } from './router-fact.ts'
import { type InterfaceFact, interfaceKey, type RouterExternalFact, type RouterFact } from './routing-facts.ts'

/**
 * What is known of routers: their subnets, their ways, and from which hosts the networks are reached
 * that they join. A change costs work in proportion to the routers that it concerns.
 */
export class Routing {
  readonly routers = new Collection<RouterFact>('routers')
  readonly interfaces = new Collection<InterfaceFact>('interfaces')
  private readonly model: Model
  private readonly domains: Domains
  private readonly places: Reaches
  private readonly attached: Attachments
  private readonly mtus: Mtus
  private readonly routedPorts: RoutedPorts
  /** Subnets that routers name, and those of which apps were told. */
  private readonly named = new Links()
  private readonly told = new Links()
  /** Routers by their external network. */
  private readonly outside = new Placement<string>()
  /** Where routers meet the outside. */
  private readonly gateways = new Map<string, Place>()
  /** Routers that may join other networks now, and those of which something may have changed. */
  private readonly rejoining = new Set<string>()
  private readonly touched = new Set<string>()
  private readonly regrouped = new Set<string>()
  /** Hosts that do not answer. */
  private readonly lost = new Set<string>()

  constructor(model: Model) {
    this.model = model
    this.domains = new Domains((network) => model.vniOf(network))
    this.places = new Reaches(this.domains, model.networks)
    this.attached = new Attachments(model.networks, model.hosts)
    this.routedPorts = new RoutedPorts(model)
    this.mtus = new Mtus(model.hosts, () => {
      for (const id of this.routers.keys()) this.touched.add(id)
    })
    this.followDocuments()
    this.followFacts()
  }

  get reaches(): Collection<SiteFact> {
    return this.places.facts
  }

  get neighbours(): RoutedPorts['facts'] {
    return this.routedPorts.facts
  }

  get attachments(): Attachments['facts'] {
    return this.attached.facts
  }

  /** What routers make of a network. */
  aboutNetwork(id: string): Pick<NetworkFact, 'domain' | 'routed'> {
    return { domain: this.domains.of(id).vni, routed: this.domains.isJoined(id) }
  }

  private followDocuments(): void {
    const { model, rejoining, named } = this
    const rejoin = (subnet: string): void => {
      for (const router of named.sourcesOf(subnet)) rejoining.add(router)
    }
    model.followDocuments('router', ({ id, value }) => this.takeRouter(id, value as Router | undefined))
    model.followDocuments('routerNumber', ({ id }) => this.touched.add(id))
    model.followDocuments('subnet', ({ id }) => rejoin(id))
    for (const kind of ['network', 'number'] as const) {
      model.followDocuments(kind, ({ id }) => {
        this.domains.touch(id)
        for (const subnet of model.subnetsOf(id)) rejoin(subnet)
      })
    }
  }

  private takeRouter(id: string, router: Router | undefined): void {
    this.named.put(id, router?.subnets ?? [])
    this.outside.put(id, router?.external?.network)
    this.rejoining.add(id)
  }

  private followFacts(): void {
    const { model, outside, touched, named } = this
    const touchOutside = (network: string | undefined): void => {
      for (const router of outside.objectsAt(network ?? '')) touched.add(router)
    }
    model.networks.follow((_, id) => {
      touchOutside(id)
      for (const subnet of model.subnetsOf(id)) for (const router of named.sourcesOf(subnet)) touched.add(router)
    })
    model.subnets.follow((_, id, before) => {
      for (const router of named.sourcesOf(id)) touched.add(router)
      for (const fact of [before, model.subnets.get(id)]) touchOutside(fact?.network)
    })
    this.attachments.follow((_, key, before) => {
      for (const fact of [before, this.attachments.get(key)]) touchOutside(fact?.network)
    })
    model.sites.follow((_, key, before) => this.move(before, model.sites.get(key)))
  }

  /** The new place first: what stays reached must not be lost meanwhile. */
  private move(before: Place | undefined, now: Place | undefined): void {
    if (now) this.places.enter(now)
    if (before) this.places.leave(before)
  }

  /** Takes in what documents say; gives the networks that may be joined with others now. */
  regroup(): ReadonlySet<string> {
    for (const router of this.rejoining) {
      this.domains.join(router, this.joinedBy(router))
      this.touched.add(router)
    }
    this.rejoining.clear()
    const networks = this.domains.regroup()
    this.places.regroup(networks)
    for (const network of networks) this.regrouped.add(network)
    return networks
  }

  /** Says whether a host has been lost: routers leave by another one, where one of theirs answers. */
  setLost(host: string, isLost: boolean): void {
    if (isLost) this.lost.add(host)
    else this.lost.delete(host)
    for (const [id, { external }] of this.routers.entries()) if (external) this.touched.add(id)
  }

  /** An external network joins nobody: it is what all tenants have in common. */
  private joinedBy(router: string): ReadonlySet<string> {
    const networks = [...this.named.targetsOf(router)].flatMap((id) => this.model.document('subnet', id)?.network ?? [])
    return new Set(networks.filter((id) => this.model.document('network', id)?.external === undefined))
  }

  /** Tells what has become of all that was touched. */
  settle(): void {
    for (const router of this.touched) this.update(router)
    this.touched.clear()
    for (const network of this.regrouped) this.places.tellAll(network)
    this.regrouped.clear()
  }

  private update(id: string): void {
    const router = this.model.document('router', id)
    const subnets = [...this.named.targetsOf(id)].flatMap((subnet) => this.model.subnets.get(subnet) ?? [])
    const external = router && this.externalOf(id, router)
    const outside = external ? this.subnetsOf(external.network) : []
    const [network] = this.joinedBy(id)
    const mac = this.model.document('routerNumber', id)?.mac
    const fact = router && routerFact(id, router, [...subnets, ...outside], external, { network, mac })
    if (!fact) this.routers.delete(id)
    else if (!isSame(this.routers.get(id), fact)) this.routers.set(id, fact)
    this.updateInterfaces(id, fact, subnets)
    this.updateGateway(id, external, network)
  }

  private updateInterfaces(id: string, router: RouterFact | undefined, subnets: readonly SubnetFact[]): void {
    const facts = router ? this.interfaceFacts(router, subnets) : []
    const gone = new Set(this.told.targetsOf(id))
    for (const fact of facts) {
      const key = interfaceKey(id, fact.subnet)
      gone.delete(fact.subnet)
      if (!isSame(this.interfaces.get(key), fact)) this.interfaces.set(key, fact)
    }
    for (const subnet of gone) this.interfaces.delete(interfaceKey(id, subnet))
    this.told.put(
      id,
      facts.map(({ subnet }) => subnet),
    )
  }

  /** A subnet without a gateway has no address for the router; that of an external network is its own owner's. */
  private interfaceFacts({ id, mac }: RouterFact, subnets: readonly SubnetFact[]): InterfaceFact[] {
    const led = new Set<string>()
    const taken = subnets.flatMap((subnet) => {
      const network = this.model.networks.get(subnet.network)
      const { gateway } = subnet
      if (gateway === undefined || !network || network.external !== undefined) return []
      return [{ subnet, gateway, mtu: this.mtus.of(network) }]
    })
    const widest = taken.reduce((most, { mtu }) => Math.max(most, mtu), 0)
    return taken.map(({ subnet: { id: subnet, network, vni, family, cidr }, gateway: address, mtu }) => {
      const place = `${family} ${network}`
      const leads = !led.has(place)
      led.add(place)
      return {
        ...{ router: id, subnet, network, vni, family, cidr, address, mac },
        ...{ leads, mtu, narrow: mtu < widest },
      }
    })
  }

  /** By name: what comes of it must not depend on the order in which they were made. */
  private subnetsOf(network: string): SubnetFact[] {
    return [...this.model.subnetsOf(network)].sort().flatMap((id) => this.model.subnets.get(id) ?? [])
  }

  private externalOf(id: string, { external }: Router): RouterExternalFact | undefined {
    const network = external && this.model.networks.get(external.network)
    if (network?.external === undefined) return undefined
    const attached = this.attached.hostsOf(network.id)
    const answering = new Set([...attached].filter((one) => !this.lost.has(one)))
    const host = gatewayHost(id, answering, external?.hosts) ?? gatewayHost(id, attached, external?.hosts)
    return {
      ...{ network: network.id, vni: network.vni, addresses: (external?.addresses ?? []).map(canonical) },
      subnets: this.subnetsOf(network.id).map(({ family, cidr, gateway }) => ({ family, cidr, gateway })),
      ...{ host, dpid: host === undefined ? undefined : this.model.hosts.get(host)?.dpid },
    }
  }

  /** What comes from outside is routed where the router meets it: on to all networks of its domain. */
  private updateGateway(id: string, external: RouterExternalFact | undefined, network: string | undefined): void {
    const { host, dpid } = external ?? {}
    const before = this.gateways.get(id)
    const now = network !== undefined && host !== undefined && dpid !== undefined ? { network, host, dpid } : undefined
    if (isSame(before, now)) return
    this.move(before, now)
    if (now) this.gateways.set(id, now)
    else this.gateways.delete(id)
  }
}
