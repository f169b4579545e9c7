import { isDeepStrictEqual as isSame } from 'node:util'
import type { Qos } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import type { LimitFact, RateFact } from './limit-facts.ts'
import { Links } from './links.ts'
import type { Model } from './model.ts'

const rateOf = (rate: Qos['out']): RateFact => ({ kbps: rate?.kbps, pps: rate?.pps })

/**
 * What bounds the traffic of ports: the profile that a port names, else its network, else a router of the network, the
 * first of several by name. A change costs work for the ports that it concerns.
 */
export class Limits {
  readonly limits = new Collection<LimitFact>('limits')
  private readonly model: Model
  /** Ports by their networks, and by the profiles in force; subnets by their networks. */
  private readonly ports = new Placement<string>()
  private readonly users = new Placement<string>()
  private readonly subnets = new Placement<string>()
  /** Routers with their subnets. */
  private readonly routers = new Links()
  /** Profiles of networks that have one, of their own or by a router. */
  private readonly profiles = new Map<string, string>()
  private readonly touchedPorts = new Set<string>()
  private readonly touchedNetworks = new Set<string>()

  constructor(model: Model) {
    this.model = model
    model.followDocuments('network', ({ id }) => this.touchedNetworks.add(id))
    model.followDocuments('subnet', ({ id }) => this.moveSubnet(id))
    model.followDocuments('router', ({ id }) => this.touchRouter(id))
    model.followDocuments('qos', ({ id }) => this.touchAll(this.users.objectsAt(id)))
    model.followDocuments('port', ({ id }) => this.touchedPorts.add(id))
    model.ports.follow((_, id) => this.touchedPorts.add(id))
  }

  private touchAll(ports: Iterable<string>): void {
    for (const port of ports) this.touchedPorts.add(port)
  }

  private touchNetworkOf(subnet: string): void {
    const network = this.subnets.placeOf(subnet)
    if (network !== undefined) this.touchedNetworks.add(network)
  }

  private moveSubnet(id: string): void {
    this.touchNetworkOf(id)
    this.subnets.put(id, this.model.document('subnet', id)?.network)
    this.touchNetworkOf(id)
  }

  private touchRouter(id: string): void {
    for (const subnet of this.routers.targetsOf(id)) this.touchNetworkOf(subnet)
    this.routers.put(id, this.model.document('router', id)?.subnets ?? [])
    for (const subnet of this.routers.targetsOf(id)) this.touchNetworkOf(subnet)
  }

  /** Works in what has changed, once the facts of ports are as they should be. */
  settle(): void {
    for (const network of this.touchedNetworks) this.updateNetwork(network)
    this.touchedNetworks.clear()
    for (const port of this.touchedPorts) this.updatePort(port)
    this.touchedPorts.clear()
  }

  private updateNetwork(id: string): void {
    const profile = this.profileOf(id)
    if (this.profiles.get(id) === profile) return
    if (profile === undefined) this.profiles.delete(id)
    else this.profiles.set(id, profile)
    this.touchAll(this.ports.objectsAt(id))
  }

  private profileOf(network: string): string | undefined {
    const own = this.model.document('network', network)?.qos
    if (own !== undefined) return own
    const routers = [...this.subnets.objectsAt(network)].flatMap((subnet) => [...this.routers.sourcesOf(subnet)])
    const profiles = routers.sort().map((router) => this.model.document('router', router)?.qos)
    return profiles.find((profile) => profile !== undefined)
  }

  private updatePort(id: string): void {
    const network = this.model.document('port', id)?.network
    this.ports.put(id, network)
    const profile = this.model.document('port', id)?.qos ?? this.profiles.get(network ?? '')
    this.users.put(id, profile)
    const fact = profile === undefined ? undefined : this.factOf(id, profile)
    if (fact === undefined) this.limits.delete(id)
    else if (!isSame(this.limits.get(id), fact)) this.limits.set(id, fact)
  }

  private factOf(port: string, profile: string): LimitFact | undefined {
    const qos = this.model.document('qos', profile)
    const { dpid, ofport } = this.model.ports.get(port) ?? {}
    if (!qos || dpid === undefined || ofport === undefined) return undefined
    return { port, profile, out: rateOf(qos.out), in: rateOf(qos.in), dscp: qos.dscp, dpid, ofport }
  }
}
