import {
  type AdmissionDraft,
  contains,
  formatAddress,
  type Layout,
  parseAddress,
  partsOfLease,
} from '../../controller/index.ts'
import { Taken } from './taken.ts'

/** What matters here of a lease; where no port has it, a router does. */
export interface Lease {
  readonly port?: string
  readonly quarantineUntil?: number
}

/** Addresses that have leases, by network and family; those in quarantine too. */
export class Addresses {
  private readonly sets = new Map<string, Taken>()
  /** Who gave up the addresses that are in quarantine, by lease; and the other way round. */
  private readonly givenUpBy = new Map<string, string>()
  private readonly givenUp = new Map<string, Set<string>>()

  note(id: string, lease: Lease | undefined): void {
    const { network, address: text } = partsOfLease(id)
    const address = parseAddress(text)
    if (!address) return
    const set = this.of(network, address.family)
    if (lease) set.add(address.number)
    else set.delete(address.number)
    this.noteRest(id, lease?.quarantineUntil === undefined ? undefined : lease.port)
  }

  private noteRest(id: string, port: string | undefined): void {
    const before = this.givenUpBy.get(id)
    if (before === port) return
    if (before !== undefined) {
      const leases = this.givenUp.get(before)
      leases?.delete(id)
      if (leases?.size === 0) this.givenUp.delete(before)
      this.givenUpBy.delete(id)
    }
    if (port === undefined) return
    this.givenUpBy.set(id, port)
    const leases = this.givenUp.get(port) ?? new Set()
    this.givenUp.set(port, leases.add(id))
  }

  /** Addresses in quarantine that a port had in a network. */
  formerOf(port: string, network: string): string[] {
    const parts = [...(this.givenUp.get(port) ?? [])].map(partsOfLease)
    return parts.flatMap((one) => (one.network === network ? [one.address] : []))
  }

  of(network: string, family: 4 | 6): Taken {
    const key = `${network} ${family}`
    const set = this.sets.get(key) ?? new Taken()
    this.sets.set(key, set)
    return set
  }
}

const excluded = ({ exclude }: Layout, number: bigint) =>
  exclude.find(({ first, last }) => number >= first && number <= last)

const lowest = (taken: Taken, layout: Layout): string | undefined => {
  for (let from = layout.first; ; ) {
    const number = taken.lowestFree(from, layout.last)
    if (number === undefined) return undefined
    const range = excluded(layout, number)
    if (!range) return formatAddress({ family: layout.cidr.family, number })
    from = range.last + 1n
  }
}

/** Whether the controller may give an address of a subnet by itself. */
const isOpen = (layout: Layout, text: string): boolean => {
  const address = parseAddress(text)
  if (!address || !contains(layout.cidr, address)) return false
  return address.number >= layout.first && address.number <= layout.last && !excluded(layout, address.number)
}

/** An address whose quarantine is over, and whose lease has not been cleared away yet. */
const rested = (draft: AdmissionDraft, layout: Layout): string | undefined => {
  for (const lease of draft.expired()) {
    const { network, address } = partsOfLease(lease)
    if (network === layout.network && isOpen(layout, address)) return address
  }
  return undefined
}

/**
 * An address of a subnet for a port: the one that it had before where that can be, else the lowest that
 * is free, else one whose quarantine is over. Undefined where there is none.
 */
export const choose = (
  draft: AdmissionDraft,
  addresses: Addresses,
  port: string,
  layout: Layout,
): string | undefined => {
  const { network, cidr } = layout
  const former = [...(draft.former('assignment', port)?.addresses ?? []), ...addresses.formerOf(port, network)]
  const mine = (text: string): boolean =>
    draft.isFree(network, text) || draft.get('lease', `${network}@${text}`)?.port === port
  const again = former.find((text) => isOpen(layout, text) && mine(text))
  if (again !== undefined) return again
  return lowest(addresses.of(network, cidr.family), layout) ?? rested(draft, layout)
}
