import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import type { Model } from './model.ts'

/** How many connections a router may track on one host. Its key is unique, and says nothing. */
export interface ZoneLimitFact {
  readonly router: string
  readonly host: string
  /** Of connection tracking. */
  readonly zone: number
  /** Connections at a time: 1 to 4,294,967,295. */
  readonly limit: number
}

/** A router on a host that translates for it. */
interface Use {
  readonly router: string
  readonly host: string | undefined
}

const none: ReadonlyMap<string, number> = new Map()

/** Where the zones of routers are bounded: on the hosts by which these leave, and those of their floating addresses. */
export class ZoneLimits {
  readonly facts = new Collection<ZoneLimitFact>('zoneLimits')
  private readonly model: Model
  /** How much there is to do for each router on each host: translations, and the way out. */
  private readonly uses = new Map<string, Map<string, number>>()
  private readonly keysOf = new Placement<string>()
  private readonly touched = new Set<string>()

  constructor(model: Model) {
    this.model = model
    model.followDocuments('router', ({ id }) => this.touched.add(id))
    model.gateways.follow((_, id, before) => this.replace(before, model.gateways.get(id)))
    model.translations.follow((_, id, before) => this.replace(before, model.translations.get(id)))
  }

  /** Those of one host. */
  of(host: string): readonly ZoneLimitFact[] {
    return [...this.keysOf.objectsAt(host)].flatMap((key) => this.facts.get(key) ?? [])
  }

  /** Works in what has changed. */
  settle(): void {
    for (const router of this.touched) this.update(router)
    this.touched.clear()
  }

  private replace(before: Use | undefined, now: Use | undefined): void {
    if (now) this.count(now, 1)
    if (before) this.count(before, -1)
  }

  private count({ router, host }: Use, more: number): void {
    this.touched.add(router)
    if (host === undefined) return
    const hosts = this.uses.get(router) ?? new Map<string, number>()
    this.uses.set(router, hosts.set(host, (hosts.get(host) ?? 0) + more))
  }

  private update(router: string): void {
    const limit = this.model.document('router', router)?.conntrack?.limit
    const zone = this.model.gateways.get(router)?.zone
    const hosts = this.uses.get(router)
    for (const [host, uses] of hosts ?? none) {
      const isBounded = uses > 0 && limit !== undefined && zone !== undefined
      this.put(`${router} ${host}`, isBounded ? { router, host, zone, limit } : undefined)
      if (uses === 0) hosts?.delete(host)
    }
    if (hosts?.size === 0) this.uses.delete(router)
  }

  private put(key: string, fact: ZoneLimitFact | undefined): void {
    if (fact) this.keysOf.put(key, fact.host)
    if (!fact) this.facts.delete(key)
    else if (!isSame(this.facts.get(key), fact)) this.facts.set(key, fact)
    if (!fact) this.keysOf.put(key, undefined)
  }
}
