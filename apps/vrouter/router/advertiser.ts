import type { InterfaceFact, SiteFact, SubnetFact } from '../../../controller/index.ts'
import { advertisement, announcement, toAll } from './advertise.ts'
import type { KnownRouters } from './known.ts'

/** What an advertiser looks at. */
export interface Facts {
  readonly sites: { entries(): Iterable<[string, SiteFact]> }
  readonly subnets: { get(id: string): SubnetFact | undefined }
  readonly interfaces: { get(key: string): InterfaceFact | undefined }
  readonly routers: KnownRouters
}

export type Send = (dpid: bigint, message: ReturnType<typeof toAll>) => void

/**
 * Has routers say from time to time that they are there, on all hosts of their networks in turn, so that
 * the work of a second does not depend on how many there are at once.
 */
export class Advertiser {
  /** Interfaces that are new, or other than before, by their keys. */
  private readonly changed = new Set<string>()
  private round: Iterator<[string, SiteFact]> | undefined

  /** Has an interface told of at the next tick, at all hosts that have its network. */
  note(key: string): void {
    this.changed.add(key)
  }

  /**
   * Sends what is due in a second.
   *
   * @param interval seconds in which each host is told of each router once
   * @param size how many sites there are
   */
  tick(facts: Facts, size: number, interval: number, send: Send): void {
    this.tellChanged(facts, send)
    for (let left = Math.ceil(size / interval); left > 0; left--) {
      this.round ??= facts.sites.entries()[Symbol.iterator]()
      const { value, done } = this.round.next()
      if (done) {
        this.round = undefined
        return
      }
      this.advertise(value[1], facts, send)
    }
  }

  private tellChanged(facts: Facts, send: Send): void {
    const changed = [...this.changed].flatMap((key) => facts.interfaces.get(key) ?? [])
    this.changed.clear()
    if (changed.length === 0) return
    const networks = groupBy(changed, ({ network }) => network)
    for (const [, site] of facts.sites.entries()) {
      const here = networks.get(site.network)
      for (const one of here ?? []) send(site.dpid, toAll(site.vni, announcement(one)))
      if (here?.some(({ family }) => family === 6)) this.advertise(site, facts, send)
    }
  }

  private advertise({ network, vni, dpid }: SiteFact, facts: Facts, send: Send): void {
    for (const frame of advertisementsIn(network, facts)) send(dpid, toAll(vni, frame))
  }
}

const groupBy = <K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> => {
  const groups = new Map<K, V[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}

/** What the routers of a network say there. */
export const advertisementsIn = (
  network: string,
  { routers, subnets }: Pick<Facts, 'routers' | 'subnets'>,
): Uint8Array[] => {
  const byRouter = groupBy(routers.advertisedIn(network), ({ mac }) => mac)
  const dnsOf = (subnet: string): readonly string[] => subnets.get(subnet)?.dns ?? []
  return [...byRouter.values()].flatMap((interfaces) => advertisement(interfaces, dnsOf) ?? [])
}
