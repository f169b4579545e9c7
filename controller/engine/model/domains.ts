import { Links } from './links.ts'

/** A host where a domain is, and for how many reasons. */
export interface Presence {
  readonly host: string
  readonly count: number
}

/** Networks that routers join, directly or through others: addresses are unique among them. */
export interface Domain {
  readonly networks: ReadonlySet<string>
  /** The lowest of the networks'. */
  readonly vni: number
  /** Integration bridges of hosts that have a part in it. */
  readonly hosts: Map<bigint, Presence>
}

/** Which networks routers join to which others. */
export class Domains {
  private readonly vniOf: (network: string) => number | undefined
  private readonly joins = new Links()
  private readonly domains = new Map<string, Domain>()
  private readonly touched = new Set<string>()

  /** @param vniOf of a network; undefined where there is no such network */
  constructor(vniOf: (network: string) => number | undefined) {
    this.vniOf = vniOf
  }

  /** The domain of a network; one of its own where no router joins it with others. */
  of(network: string): Domain {
    const known = this.domains.get(network)
    if (known) return known
    const alone = { networks: new Set([network]), vni: this.vniOf(network) ?? 0, hosts: new Map() }
    this.domains.set(network, alone)
    return alone
  }

  /** Whether a router has a part in a network. */
  isJoined(network: string): boolean {
    return this.joins.sourcesOf(network).size > 0
  }

  /** Says which networks a router joins. */
  join(router: string, networks: ReadonlySet<string>): void {
    const before = this.joins.targetsOf(router)
    if (before.size === networks.size && [...networks].every((network) => before.has(network))) return
    for (const network of [...before, ...networks]) this.touched.add(network)
    this.joins.put(router, networks)
  }

  /** A network came, went, or has another number. */
  touch(network: string): void {
    this.touched.add(network)
  }

  /** Works out the domains that may have changed, and gives the networks in them. */
  regroup(): ReadonlySet<string> {
    const seen = new Set<string>()
    for (const network of this.touched) if (!seen.has(network)) this.group(network, seen)
    this.touched.clear()
    return seen
  }

  private group(start: string, seen: Set<string>): void {
    const networks = this.joinedWith(start)
    const vnis = [...networks].flatMap((network) => this.vniOf(network) ?? [])
    const domain = { networks, vni: vnis.reduce((low, vni) => Math.min(low, vni), 0xff_ffff), hosts: new Map() }
    for (const network of networks) {
      seen.add(network)
      this.domains.set(network, domain)
    }
    if (vnis.length === 0) for (const network of networks) this.domains.delete(network)
  }

  private joinedWith(start: string): Set<string> {
    const networks = new Set([start])
    const routers = new Set<string>()
    // A set goes on with what is added meanwhile.
    for (const network of networks) {
      for (const router of this.joins.sourcesOf(network)) {
        if (routers.has(router)) continue
        routers.add(router)
        for (const other of this.joins.targetsOf(router)) networks.add(other)
      }
    }
    return networks
  }
}
