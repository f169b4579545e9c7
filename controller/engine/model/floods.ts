import { Collection } from '../facts.ts'
import { type FloodFact, type PortFact, type ShardFact, type SpreadFact, siteKey } from './facts.ts'

/** OpenFlow port numbers of one shard: a port that comes or goes touches one shard, however many there are. */
const shardSize = 64

const shardOf = (ofport: number): number => Math.floor(ofport / shardSize)

const sorted = (values: Iterable<number>): readonly number[] => [...values].sort((a, b) => a - b)

/** Who is to get what is for all in a network: the ports on each host, and the hosts. */
export class Floods {
  readonly shards = new Collection<ShardFact>('shards')
  readonly floods = new Collection<FloodFact>('floods')
  readonly spreads = new Collection<SpreadFact>('spreads')
  /** Ports of a network on a host by shard. A number may stand for two ports for a moment, as in a move. */
  private readonly members = new Map<string, Map<number, Map<string, number>>>()
  private readonly hosts = new Map<string, Map<string, number>>()

  /** A port came, changed or went. */
  replace(before: PortFact | undefined, now: PortFact | undefined): void {
    if (before) this.leave(before)
    if (now) this.enter(now)
    for (const port of [before, now]) if (port) this.publish(port)
  }

  private enter({ id, network, host, dpid, ofport }: PortFact): void {
    if (host === undefined || dpid === undefined || ofport === undefined) return
    const site = this.site(siteKey(network, dpid))
    const shard = site.get(shardOf(ofport)) ?? new Map<string, number>()
    site.set(shardOf(ofport), shard.set(id, ofport))
    const hosts = this.hosts.get(network) ?? new Map<string, number>()
    this.hosts.set(network, hosts.set(host, (hosts.get(host) ?? 0) + 1))
  }

  private site(key: string): Map<number, Map<string, number>> {
    const known = this.members.get(key)
    if (known) return known
    const made = new Map<number, Map<string, number>>()
    this.members.set(key, made)
    return made
  }

  private leave({ id, network, host, dpid, ofport }: PortFact): void {
    if (host === undefined || dpid === undefined || ofport === undefined) return
    const key = siteKey(network, dpid)
    const site = this.members.get(key)
    const shard = site?.get(shardOf(ofport))
    shard?.delete(id)
    if (shard?.size === 0) site?.delete(shardOf(ofport))
    if (site?.size === 0) this.members.delete(key)
    const hosts = this.hosts.get(network)
    const left = (hosts?.get(host) ?? 1) - 1
    if (left > 0) hosts?.set(host, left)
    else hosts?.delete(host)
    if (hosts?.size === 0) this.hosts.delete(network)
  }

  /** Tells what has become of the shard, the site and the network of a port. */
  private publish({ network, vni, dpid, ofport }: PortFact): void {
    if (dpid === undefined || ofport === undefined) return
    const key = siteKey(network, dpid)
    const site = this.members.get(key)
    const number = shardOf(ofport)
    const ports = site?.get(number)
    const shardKey = `${key} ${number}`
    if (ports) this.shards.set(shardKey, { network, vni, dpid, number, ofports: sorted(new Set(ports.values())) })
    else this.shards.delete(shardKey)
    this.publishFlood(key, { network, vni, dpid, shards: sorted(site?.keys() ?? []) })
    this.publishSpread(network)
  }

  private publishFlood(key: string, flood: FloodFact): void {
    const known = this.floods.get(key)
    if (flood.shards.length === 0) this.floods.delete(key)
    else if (known?.vni !== flood.vni || known.shards.join() !== flood.shards.join()) this.floods.set(key, flood)
  }

  private publishSpread(network: string): void {
    const hosts = this.hosts.get(network)
    const known = this.spreads.get(network)
    if (!hosts) this.spreads.delete(network)
    else if (known?.hosts.length !== hosts.size || known.hosts.some((host) => !hosts.has(host))) {
      this.spreads.set(network, { network, hosts: [...hosts.keys()].sort() })
    }
  }
}
