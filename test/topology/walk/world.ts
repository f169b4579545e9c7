import type {
  Ask,
  Destination,
  HeldFlow,
  Holdings,
  Source,
  Walker,
  WalkHost,
  WalkPort,
  World,
} from '../../../topology/walk/index.ts'
import { UnreadableError } from '../../../topology/walk/index.ts'

export const ask: Ask = { protocol: 'udp', port: 80, sourcePort: 40_000, ttl: 64, marker: 'test' }
export const askTcp: Ask = { ...ask, protocol: 'tcp' }

/** A flow with its maker, in ovs-ofctl's syntax. */
export const flow = (app: string, rule: string, object: string, text: string, drop?: string): HeldFlow => ({
  ...{ app, rule, object, text, packets: 0 },
  table: Number(/table=(\d+)/.exec(text)?.[1] ?? 0),
  ...(drop === undefined ? {} : { drop }),
})

/** A few hosts that hold what a test says. */
export class TestWorld implements World {
  readonly hosts: WalkHost[] = []
  readonly ports: WalkPort[] = []
  /** Hosts in the order in which they were read. */
  readonly reads: string[] = []
  private readonly holdings = new Map<string, { -readonly [K in keyof Holdings]: Holdings[K][number][] }>()
  private readonly away = new Map<string, string>()

  host(id: string, address: string, tunnels: Readonly<Record<string, number>>): this {
    this.hosts.push({ id, dpid: (this.hosts.length + 1).toString(16), address, tunnels, physical: {} })
    const ports = Object.values(tunnels).map((number) => ({ number, name: `tunnel${number}`, up: true, sent: 0 }))
    this.holdings.set(id, { flows: [], groups: [], meters: [], ports })
    return this
  }

  port(id: string, host: string, ofport: number, address: string): this {
    const mac = `02:00:00:00:00:0${this.ports.length + 1}`
    this.ports.push({ id, network: 'blue', mac, addresses: [address], host, ofport })
    this.of(host).ports.push({ number: ofport, name: id, up: true, sent: 0 })
    return this
  }

  holds(host: string, one: HeldFlow): this {
    this.of(host).flows.push(one)
    return this
  }

  also(host: string, kind: 'groups' | 'meters', text: string): this {
    this.of(host)[kind].push(text)
    return this
  }

  /** What it holds cannot be read. */
  fails(host: string, why: string): this {
    this.away.set(host, why)
    return this
  }

  async read(host: string): Promise<Holdings> {
    this.reads.push(host)
    const why = this.away.get(host)
    if (why !== undefined) throw new UnreadableError(why)
    return this.of(host)
  }

  nextHop(_from: WalkPort, address: string): string {
    return address
  }

  private of(host: string) {
    const found = this.holdings.get(host)
    if (!found) throw new Error(`there is no host ${host}`)
    return found
  }
}

/** What is sent from one port to another, under true addresses. */
export const towards = (walker: Walker, from: string, to: string): [WalkPort, Source, Destination] => {
  const [source, target] = [from, to].map((id) => walker.world.ports.find((port) => port.id === id))
  if (!source || !target) throw new Error(`there is no port ${from} or ${to}`)
  const address = ({ addresses }: WalkPort) => addresses[0]
  return [source, { mac: source.mac, address: address(source) }, { address: address(target), mac: undefined, port: to }]
}
