import { isDeepStrictEqual as isSame } from 'node:util'
import { formatAddress, parseCidr } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import type { PortFact } from './facts.ts'
import { type MemberFact, memberKey, peerScope } from './policing-facts.ts'

/** The groups of a port. */
export interface Membership {
  readonly tenant: number
  /** A bit for each: 128 bits. */
  readonly groups: bigint
  readonly ids: readonly string[]
}

/** A port that may use an address. */
interface Claim extends Membership {
  readonly port: string
  readonly isOwn: boolean
}

/** An address in networks that routers join, and the ports that may use it. */
interface Spot {
  readonly domain: number
  readonly address: string
  readonly claims: Map<string, Claim>
  /** The key of its fact. */
  told: string | undefined
}

/** The address that a range is, where it has no others. */
const singleOf = (cidr: string): string[] => {
  const range = parseCidr(cidr)
  return range && range.first === range.last ? [formatAddress({ family: range.family, number: range.first })] : []
}

/** Addresses of a port, and whether they are its own: those that it may use besides must not be whole ranges. */
const addressesOf = ({ addresses, allowedPairs }: PortFact): ReadonlyMap<string, boolean> =>
  new Map([
    ...allowedPairs.flatMap(({ cidr }) => singleOf(cidr).map((address) => [address, false] as const)),
    ...addresses.map((address) => [address, true] as const),
  ])

/** Own addresses come before others, then the first by name: whose groups count where tenants differ. */
const inOrder = (a: Claim, b: Claim): number => Number(b.isOwn) - Number(a.isOwn) || (a.port < b.port ? -1 : 1)

const factOf = ({ domain, address }: Spot, [first, ...more]: readonly [Claim, ...Claim[]]): MemberFact => {
  const claims = [first, ...more.filter(({ tenant }) => tenant === first.tenant)]
  const ids = new Set(claims.flatMap((claim) => claim.ids))
  return {
    ...{ domain, address, tenant: first.tenant },
    groups: claims.reduce((all, { groups }) => all | groups, 0n),
    scopes: [...ids].sort().map((id) => peerScope(id, domain)),
  }
}

/** Addresses in groups: each is in those of all ports that may use it. */
export class Members {
  readonly facts = new Collection<MemberFact>('members')
  private readonly spots = new Map<string, Spot>()
  private readonly spotsOfPort = new Map<string, readonly string[]>()

  /** Says anew what groups a port is in; undefined where it is in none. */
  put(id: string, port: PortFact | undefined, domain: number | undefined, membership: Membership | undefined): void {
    const before = this.spotsOfPort.get(id) ?? []
    const now: string[] = []
    if (port && domain !== undefined && membership && membership.groups !== 0n) {
      for (const [address, isOwn] of addressesOf(port)) {
        const key = `${domain} ${address}`
        const spot = this.spots.get(key) ?? { domain, address, claims: new Map(), told: undefined }
        this.spots.set(key, spot)
        spot.claims.set(id, { port: id, isOwn, ...membership })
        now.push(key)
      }
    }
    if (now.length > 0) this.spotsOfPort.set(id, now)
    else this.spotsOfPort.delete(id)
    for (const key of before) if (!now.includes(key)) this.spots.get(key)?.claims.delete(id)
    for (const key of new Set([...before, ...now])) this.tell(key)
  }

  private tell(key: string): void {
    const spot = this.spots.get(key)
    if (!spot) return
    const [first, ...more] = [...spot.claims.values()].sort(inOrder)
    const now = first && memberKey(first.port, spot.address)
    if (spot.told !== undefined && spot.told !== now) this.facts.delete(spot.told)
    spot.told = now
    if (!first || now === undefined) {
      this.spots.delete(key)
      return
    }
    const fact = factOf(spot, [first, ...more])
    if (!isSame(this.facts.get(now), fact)) this.facts.set(now, fact)
  }
}
