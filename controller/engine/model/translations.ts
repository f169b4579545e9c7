import { isDeepStrictEqual as isSame } from 'node:util'
import { contains, type Nat, parseAddress, parseCidr } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import { type PortFact, siteKey } from './facts.ts'
import { Links } from './links.ts'
import type { Model } from './model.ts'
import { canonical } from './router-fact.ts'
import { interfaceKey } from './routing-facts.ts'
import { type GatewayFact, type OutsideFact, outsideKey, type TranslationFact } from './translation-facts.ts'
import { floatingMac, spanOf } from './translation-values.ts'

/** Where a translation is done. */
type Spot = Pick<TranslationFact, 'host' | 'dpid'>

/** Zones of routers come after those of ports, which are OpenFlow port numbers. */
const firstZone = 0x8000

/** Bytes of an IP packet, at most. */
const longest = 65_535

/** An address inside, as ports are found by it. */
const insideKey = (network: string, address: string): string => `${network} ${address}`

const keysInside = (port: PortFact | undefined): readonly string[] =>
  port?.addresses.map((address) => insideKey(port.network, address)) ?? nobody

const nobody: readonly string[] = []

const putOrDelete = <V>(collection: Collection<V>, key: string, fact: V | undefined): void => {
  if (fact === undefined) collection.delete(key)
  else if (!isSame(collection.get(key), fact)) collection.set(key, fact)
}

/** What in a translation is an address outside. */
const outsideOf = ({ source, forward, floating }: Nat): string | undefined => {
  const text = source?.to ?? forward?.address ?? floating?.address
  return text === undefined ? undefined : canonical(text)
}

/**
 * What is known of address translation: each translation with the host where it is done, and the
 * addresses outside with the host that answers for them. A port that moves costs work for its own
 * floating addresses, a router for its translations.
 */
export class Translations {
  readonly gateways = new Collection<GatewayFact>('gateways')
  readonly translations = new Collection<TranslationFact>('translations')
  readonly outsides = new Collection<OutsideFact>('outsides')
  private readonly model: Model
  /** Translations, by the router that they name. */
  private readonly natsOfRouter = new Placement<string>()
  /** Routers by their external network. */
  private readonly routersOutside = new Placement<string>()
  /** Routers and translations (`router ID`, `nat ID`), by the addresses that they have outside. */
  private readonly claims = new Links()
  /** Floating translations, by the address inside that they lead to. */
  private readonly targets = new Placement<string>()
  /** Ports by their addresses, in the order of their ids. There are many: no sets of one. */
  private readonly ports = new Map<string, readonly string[]>()
  private readonly touchedRouters = new Set<string>()
  private readonly touchedNats = new Set<string>()
  private readonly touchedOutsides = new Set<string>()

  constructor(model: Model) {
    this.model = model
    this.followDocuments()
    this.followFacts()
  }

  private followDocuments(): void {
    const { model, natsOfRouter, touchedNats, touchedRouters } = this
    model.followDocuments('nat', ({ id, value }) => {
      natsOfRouter.put(id, (value as Nat | undefined)?.router)
      touchedNats.add(id)
    })
    model.followDocuments('routerNumber', ({ id }) => touchedRouters.add(id))
    model.followDocuments('router', ({ id }) => touchedRouters.add(id))
  }

  private followFacts(): void {
    const { model, routersOutside, touchedRouters } = this
    model.routers.follow((_, id) => {
      routersOutside.put(id, model.routers.get(id)?.external?.network)
      touchedRouters.add(id)
    })
    model.interfaces.follow((_, key, before) => {
      const router = (model.interfaces.get(key) ?? before)?.router
      if (router !== undefined) touchedRouters.add(router)
    })
    model.attachments.follow((_, key, before) => {
      const network = (model.attachments.get(key) ?? before)?.network
      for (const router of routersOutside.objectsAt(network ?? '')) touchedRouters.add(router)
    })
    model.ports.follow((_, id, before) => this.takePort(id, before, model.ports.get(id)))
  }

  private takePort(id: string, before: PortFact | undefined, now: PortFact | undefined): void {
    for (const key of keysInside(before)) {
      this.putPorts(
        key,
        this.portsAt(key).filter((other) => other !== id),
      )
    }
    for (const key of keysInside(now)) this.putPorts(key, [...this.portsAt(key), id].sort())
  }

  private portsAt(key: string): readonly string[] {
    return this.ports.get(key) ?? nobody
  }

  private putPorts(key: string, ports: readonly string[]): void {
    if (ports.length > 0) this.ports.set(key, ports)
    else this.ports.delete(key)
    for (const nat of this.targets.objectsAt(key)) this.touchedNats.add(nat)
  }

  /** Works in what has changed. */
  settle(): void {
    for (const id of this.touchedRouters) this.updateRouter(id)
    this.touchedRouters.clear()
    for (const id of this.touchedNats) this.updateNat(id)
    this.touchedNats.clear()
    for (const key of this.touchedOutsides) putOrDelete(this.outsides, key, this.outsideFact(key))
    this.touchedOutsides.clear()
  }

  private updateRouter(id: string): void {
    const gateway = this.gatewayFact(id)
    putOrDelete(this.gateways, id, gateway)
    const { external } = this.model.routers.get(id) ?? {}
    const keys = gateway && external ? external.addresses.map((one) => outsideKey(external.network, one)) : []
    this.claim(`router ${id}`, keys)
    for (const nat of this.natsOfRouter.objectsAt(id)) this.touchedNats.add(nat)
  }

  private claim(claimant: string, keys: readonly string[]): void {
    const before = this.claims.targetsOf(claimant)
    this.claims.put(claimant, keys)
    for (const key of [...before, ...keys]) this.touchedOutsides.add(key)
  }

  private gatewayFact(id: string): GatewayFact | undefined {
    const router = this.model.routers.get(id)
    const number = this.model.document('routerNumber', id)
    const [inside] = this.insideOf(id)
    if (!router?.external || !number || inside === undefined) return undefined
    const { network, vni, subnets, host, dpid } = router.external
    return {
      ...{ router: id, mac: router.mac, zone: firstZone + number.zone, network, vni, subnets },
      ...{ inside: inside.network, host, dpid },
    }
  }

  /** The subnets inside of a router: those of which it is the gateway. */
  private insideOf(router: string) {
    const { subnets = [] } = this.model.document('router', router) ?? {}
    const inside = subnets.filter((id) => this.model.interfaces.has(interfaceKey(router, id)))
    return inside.flatMap((id) => this.model.subnets.get(id) ?? [])
  }

  private updateNat(id: string): void {
    const nat = this.model.document('nat', id)
    const gateway = nat && this.gateways.get(nat.router)
    const outside = nat && outsideOf(nat)
    this.targets.put(id, nat && gateway && this.targetOf(nat))
    this.claim(`nat ${id}`, gateway && outside !== undefined ? [outsideKey(gateway.network, outside)] : [])
    putOrDelete(this.translations, id, nat && gateway && this.translationFact(id, nat, gateway))
  }

  /** What a floating address leads to, as ports are found by it. */
  private targetOf({ router, floating }: Nat): string | undefined {
    const subnet = floating && this.subnetOf(router, floating.to)
    return subnet && insideKey(subnet.network, canonical(floating.to))
  }

  private translationFact(id: string, nat: Nat, gateway: GatewayFact): TranslationFact | undefined {
    const { source, forward, floating } = nat
    const { router, mac: routerMac, zone, vni } = gateway
    const text = outsideOf(nat) ?? ''
    const common = { id, router, routerMac, zone, vni, family: text.includes(':') ? 6 : 4 } as const
    const there = { ...common, host: gateway.host, dpid: gateway.dpid }
    if (source) return { ...there, kind: 'source', from: source.from, to: text, ports: spanOf(source.ports) }
    if (forward) {
      const { protocol, port, to, toPort = port } = forward
      return { ...there, kind: 'forward', protocol, address: text, port, to: canonical(to), toPort }
    }
    if (!floating) return undefined
    const to = canonical(floating.to)
    return { ...common, ...this.spotOf(id, gateway), kind: 'floating', address: text, to, mac: floatingMac(text) }
  }

  /** A floating address is at the host of its port where that has the external network, else where the router is. */
  private spotOf(nat: string, { router, network, host, dpid }: GatewayFact): Spot {
    // Where several have the address, which the store admits to nobody, all controllers choose the same.
    const [id = ''] = this.portsAt(this.targets.placeOf(nat) ?? '')
    const port = this.model.ports.get(id)
    const attachment = port?.dpid === undefined ? undefined : this.model.attachments.get(siteKey(network, port.dpid))
    const { hosts } = this.model.document('router', router)?.external ?? {}
    if (!attachment || (hosts && !hosts.includes(attachment.host))) return { host, dpid }
    return { host: attachment.host, dpid: attachment.dpid }
  }

  private outsideFact(key: string): OutsideFact | undefined {
    // Here, too, all choose the same.
    const claimants = [...this.claims.sourcesOf(key)].sort()
    const nats = claimants.flatMap((one) => this.translations.get(one.replace(/^nat /, '')) ?? [])
    const floating = nats.find(({ kind }) => kind === 'floating')
    const router = floating?.router ?? nats[0]?.router ?? claimants[0]?.replace(/^router /, '')
    const gateway = this.gateways.get(router ?? '')
    if (!gateway) return undefined
    const { network, vni, mac: routerMac, zone } = gateway
    const common = { network, vni, address: key.slice(network.length + 1), router: gateway.router, routerMac, zone }
    if (floating?.kind === 'floating') {
      const { mac, host, dpid } = floating
      return { ...common, mtu: this.mtuOf(gateway.router, floating.to), mac, isFloating: true, host, dpid }
    }
    const { host, dpid } = gateway
    return { ...common, mtu: this.mtuOf(gateway.router), mac: routerMac, isFloating: false, host, dpid }
  }

  /** What the network of an address takes; without an address, what all networks of the router take. */
  private mtuOf(router: string, address?: string): number {
    const target = address === undefined ? undefined : this.subnetOf(router, address)
    const interfaces = this.insideOf(router).flatMap(
      ({ id }) => this.model.interfaces.get(interfaceKey(router, id)) ?? [],
    )
    const concerned = target ? interfaces.filter(({ network }) => network === target.network) : interfaces
    return Math.min(longest, ...concerned.map(({ mtu }) => mtu))
  }

  /** The subnet inside that an address is in. */
  private subnetOf(router: string, text: string) {
    const address = parseAddress(text)
    return this.insideOf(router).find(({ cidr }) => {
      const range = parseCidr(cidr)
      return address !== undefined && range !== undefined && contains(range, address)
    })
  }
}
