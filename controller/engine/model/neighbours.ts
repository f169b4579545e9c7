import { parseAddress, parseCidr } from '../../state/index.ts'
import type { SubnetFact } from './facts.ts'

interface Prefix {
  readonly family: 4 | 6
  /** Bits behind the prefix. */
  readonly hostBits: bigint
  /** Subnets by their prefixes as numbers. */
  readonly subnets: Map<bigint, SubnetFact>
}

/** Subnets, found by an address in them: without a look at each. */
export class Neighbours {
  /** By family and length; the longest prefixes first. */
  private readonly prefixes: readonly Prefix[]

  constructor(subnets: Iterable<SubnetFact>) {
    const prefixes = new Map<string, Prefix>()
    for (const subnet of subnets) {
      const cidr = parseCidr(subnet.cidr)
      if (!cidr) continue
      const { family, prefix, first } = cidr
      const key = `${family} ${prefix}`
      const hostBits = BigInt((family === 4 ? 32 : 128) - prefix)
      const known = prefixes.get(key) ?? { family, hostBits, subnets: new Map<bigint, SubnetFact>() }
      prefixes.set(key, known)
      known.subnets.set(first >> hostBits, subnet)
    }
    this.prefixes = [...prefixes.values()].sort((a, b) => Number(a.hostBits - b.hostBits))
  }

  /** The subnet that an address is in. */
  subnetOf(text: string): SubnetFact | undefined {
    const address = parseAddress(text)
    for (const { family, hostBits, subnets } of this.prefixes) {
      const found = address?.family === family ? subnets.get(address.number >> hostBits) : undefined
      if (found) return found
    }
    return undefined
  }
}
