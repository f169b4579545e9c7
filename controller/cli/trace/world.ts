import type { Holdings, WalkHost, WalkPort, World } from '../../../topology/walk/index.ts'
import { UnreadableError } from '../../../topology/walk/index.ts'
import { overheadOf, usualUnderlayMtu } from '../../engine/index.ts'
import { contains, parseAddress, parseCidr } from '../../state/index.ts'
import { ask, type ClientOptions, RefusedError } from '../ask/client.ts'

interface HostView {
  readonly id: string
  readonly dpid: string
  readonly connected: boolean
  readonly address: string
  readonly tunnels: Readonly<Record<string, number>>
  readonly physical?: Readonly<Record<string, number>>
  /** Bytes of an IP packet. */
  readonly underlayMtu?: number
}

interface PortView {
  readonly id: string
  readonly network: string
  readonly mac: string
  readonly addresses: readonly string[]
  readonly host?: string
  readonly ofport?: number
}

interface SubnetView {
  readonly network: string
  readonly cidr: string
  readonly gateway: string | null
}

/** A pair of hosts, the lower id first. */
export interface TunnelView {
  readonly from: string
  readonly to: string
  readonly encapsulation: string
  /** up, down or unknown */
  readonly health: string
}

/** What a controller says of a host's switch. */
export interface InstalledView extends Holdings {
  readonly inSync: boolean
  /** Flows that apps want and the switch has refused. */
  readonly refused: number
}

interface RouterView {
  readonly id: string
  readonly networks: readonly string[]
}

interface AppView {
  readonly name: string
  readonly stages: readonly { readonly name: string; readonly table: number }[]
}

/** The network as a running controller knows it; the tables of hosts are read when packets come there. */
export class ApiWorld implements World {
  readonly hosts: readonly WalkHost[]
  readonly ports: readonly WalkPort[]
  /** Hosts whose switches were read, with what was found. */
  readonly visited = new Map<string, InstalledView>()
  private readonly client: ClientOptions
  private readonly connected: ReadonlySet<string>
  private readonly underlayMtus: ReadonlyMap<string, number | undefined>
  private readonly subnets: readonly SubnetView[]
  private readonly apps: readonly AppView[]
  private readonly routers: readonly RouterView[]

  private constructor(
    client: ClientOptions,
    hosts: readonly HostView[],
    ports: readonly PortView[],
    subnets: readonly SubnetView[],
    apps: readonly AppView[],
    routers: readonly RouterView[],
  ) {
    this.client = client
    this.hosts = hosts.map((host) => ({ ...host, physical: host.physical ?? {} }))
    this.underlayMtus = new Map(hosts.map(({ id, underlayMtu }) => [id, underlayMtu]))
    this.connected = new Set(hosts.filter(({ connected }) => connected).map(({ id }) => id))
    this.ports = ports.map((port) => ({ ...port, host: port.host, ofport: port.ofport }))
    this.subnets = subnets
    this.apps = apps
    this.routers = routers
  }

  /** @throws CliError where no controller answers */
  static async open(client: ClientOptions): Promise<ApiWorld> {
    const [hosts, ports, subnets, apps, routers] = await Promise.all([
      ask<readonly HostView[]>(client, 'GET', '/v1/hosts'),
      ask<readonly PortView[]>(client, 'GET', '/v1/ports'),
      ask<readonly SubnetView[]>(client, 'GET', '/v1/subnets'),
      ask<readonly AppView[]>(client, 'GET', '/v1/apps'),
      ask<readonly RouterView[]>(client, 'GET', '/v1/routers'),
    ])
    return new ApiWorld(client, hosts, ports, subnets, apps, routers)
  }

  port(id: string): WalkPort | undefined {
    return this.ports.find((port) => port.id === id)
  }

  /** The stage that a table is, to an app; without one, to the app whose pipeline is the longest. */
  stage(table: number, app: string | undefined): string {
    const longest = this.apps.reduce<AppView | undefined>(
      (best, one) => (best && best.stages.length >= one.stages.length ? best : one),
      undefined,
    )
    const { stages = [] } = this.apps.find(({ name }) => name === app) ?? longest ?? {}
    return stages.find((one) => one.table === table)?.name ?? ''
  }

  async read(id: string): Promise<InstalledView> {
    const host = this.hosts.find((one) => one.id === id)
    if (!host || !this.connected.has(id)) {
      throw new UnreadableError(`host ${id} is not connected: what it does with packets cannot be read`)
    }
    try {
      const installed = await ask<InstalledView>(this.client, 'GET', '/v1/installed', { query: { dpid: host.dpid } })
      this.visited.set(id, installed)
      return installed
    } catch (error) {
      // It may go at any moment.
      if (error instanceof RefusedError) throw new UnreadableError(`host ${id} cannot be read: ${error.message}`)
      throw error
    }
  }

  /** Has a host's switch treat frames as if they had come in by one of its ports. */
  async inject(id: string, inPort: number, frames: readonly Uint8Array[]): Promise<void> {
    const dpid = this.hosts.find((one) => one.id === id)?.dpid
    const body = { dpid, inPort, frames: frames.map((frame) => Buffer.from(frame).toString('hex')) }
    await ask(this.client, 'POST', '/v1/packets', { body })
  }

  /** Tunnels between hosts that do not answer probes. */
  async brokenTunnels(hosts: readonly string[]): Promise<TunnelView[]> {
    if (hosts.length < 2) return []
    const query = { hosts: hosts.join() }
    const tunnels = await ask<readonly TunnelView[]>(this.client, 'GET', '/v1/tunnels', { query })
    return tunnels.filter(({ health }) => health === 'down')
  }

  /** Whether a network has an address among those of its subnets. */
  isInside(network: string, address: string): boolean {
    return this.subnetsOf(network).some((subnet) => covers(subnet, address))
  }

  /** Bytes of the largest IP packet between two hosts, as their underlay takes it. */
  room(from: WalkHost, to: WalkHost, type: string): number | undefined {
    const encapsulation = encapsulations.find((one) => one === type)
    if (encapsulation === undefined) return undefined
    const [here, there] = [from, to].map(({ id }) => this.underlayMtus.get(id) ?? usualUnderlayMtu)
    return Math.min(here ?? usualUnderlayMtu, there ?? usualUnderlayMtu) - overheadOf(encapsulation, to.address)
  }

  /** Routers in a network, by their ids. */
  routersOf(network: string): string[] {
    return this.routers.filter(({ networks }) => networks.includes(network)).map(({ id }) => id)
  }

  nextHop({ network, addresses }: WalkPort, address: string): string | undefined {
    if (isLinkLocal(address) || this.isInside(network, address)) return address
    const isIpv6 = address.includes(':')
    const own = this.subnetsOf(network).filter(
      (subnet) => subnet.cidr.includes(':') === isIpv6 && addresses.some((one) => covers(subnet, one)),
    )
    return own.find(({ gateway }) => gateway !== null)?.gateway ?? undefined
  }

  private subnetsOf(network: string): SubnetView[] {
    return this.subnets.filter((subnet) => subnet.network === network)
  }
}

const encapsulations = ['geneve', 'vxlan', 'gre', 'stt'] as const

/** RFC 4291 §2.5.6 */
const linkLocal = parseCidr('fe80::/10')

const covers = ({ cidr }: Pick<SubnetView, 'cidr'>, text: string): boolean => {
  const range = parseCidr(cidr)
  const address = parseAddress(text)
  return range !== undefined && address !== undefined && contains(range, address)
}

const isLinkLocal = (text: string): boolean => {
  const address = parseAddress(text)
  return linkLocal !== undefined && address !== undefined && contains(linkLocal, address)
}
