import { formatAddress, parseAddress } from '../address/address.ts'
import { type Cidr, parseCidr, parseRange, usable } from '../address/cidr.ts'
import type { Subnet } from '../entities/intent.ts'
import type { AdmissionDraft } from './admission.ts'

/** A subnet in numbers. */
export interface Layout {
  readonly id: string
  readonly network: string
  readonly cidr: Cidr
  /** The first and the last address that a port may have. */
  readonly first: bigint
  readonly last: bigint
  readonly gateway: bigint | undefined
  /** Ranges that ports are not given by themselves, in order and apart. */
  readonly exclude: readonly { readonly first: bigint; readonly last: bigint }[]
}

/** The first usable address unless given; null for none, and none in a subnet of one or two addresses unless given. */
const gatewayOf = ({ gateway }: Subnet, cidr: Cidr): bigint | undefined => {
  if (gateway === null) return undefined
  if (gateway !== undefined) return parseAddress(gateway)?.number
  const { first, last } = usable(cidr)
  return last - first < 2n ? undefined : first
}

const merged = (ranges: readonly { readonly first: bigint; readonly last: bigint }[]) => {
  const sorted = [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))
  const apart: { first: bigint; last: bigint }[] = []
  for (const { first, last } of sorted) {
    const before = apart.at(-1)
    if (before && first <= before.last + 1n) before.last = last > before.last ? last : before.last
    else apart.push({ first, last })
  }
  return apart
}

/** A subnet in numbers; undefined where its cidr is none. */
export const layoutOf = (id: string, subnet: Subnet): Layout | undefined => {
  const cidr = parseCidr(subnet.cidr)
  if (!cidr) return undefined
  const gateway = gatewayOf(subnet, cidr)
  const ranges = (subnet.exclude ?? []).flatMap((text) => parseRange(text) ?? [])
  if (gateway !== undefined) ranges.push({ family: cidr.family, first: gateway, last: gateway })
  return { id, network: subnet.network, cidr, ...usable(cidr), gateway, exclude: merged(ranges) }
}

/** The address of a subnet's gateway: as its user gave it, else the first; undefined where there is none. */
export const gatewayText = (subnet: Subnet): string | undefined => {
  const cidr = parseCidr(subnet.cidr)
  const number = cidr && gatewayOf(subnet, cidr)
  return number === undefined ? undefined : formatAddress({ family: cidr?.family ?? 4, number })
}

/** Why no port may have an address of the subnet; undefined where one may. */
export const reservedAs = ({ cidr, first, last, gateway }: Layout, number: bigint): string | undefined => {
  if (number === gateway) return 'the gateway'
  if (number < first) return cidr.family === 4 ? "the subnet's own address" : "the subnet's anycast address"
  return number > last ? 'the broadcast address' : undefined
}

/** Subnets of networks in numbers. */
export type LayoutsOf = (network: string) => readonly Layout[]

/** Works out the subnets of each network once, in the order of their ids: good as long as subnets stay as they are. */
export const layoutsOf = ({ get, of }: Pick<AdmissionDraft, 'get' | 'of'>): LayoutsOf => {
  const known = new Map<string, readonly Layout[]>()
  const work = (network: string): Layout[] =>
    [...of('subnet', network)].sort().flatMap((id) => {
      const subnet = get('subnet', id)
      return subnet ? (layoutOf(id, subnet) ?? []) : []
    })
  return (network) => {
    const layouts = known.get(network) ?? work(network)
    known.set(network, layouts)
    return layouts
  }
}
