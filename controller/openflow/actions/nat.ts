import { formatIpv4, formatIpv6 } from '../wire/address.ts'
import type { Codec } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { flagsOf } from '../wire/names.ts'
import { ipv4, ipv6, u16 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { parseNat } from './nat-text.ts'
import { membersJson, NICIRA } from './wire.ts'

/** What a nat action does (NX_NAT_F_* of Open vSwitch). */
export const NatFlags = { SRC: 1, DST: 2, PERSISTENT: 4, PROTO_HASH: 8, PROTO_RANDOM: 16 } as const

/** Without a range the address is the tunnel's or the one chosen before; IPv4 or IPv6, not both. */
export interface Nat {
  readonly flags: number
  readonly ipv4Min?: number
  readonly ipv4Max?: number
  readonly ipv6Min?: bigint
  readonly ipv6Max?: bigint
  readonly portMin?: number
  readonly portMax?: number
}

const flags = flagsOf(u16, NatFlags)

/** Members that are there have a bit, in this order from the lowest. */
const range = { ipv4Min: ipv4, ipv4Max: ipv4, ipv6Min: ipv6, ipv6Max: ipv6, portMin: u16, portMax: u16 } as const

const members = Object.entries(range) as readonly [keyof typeof range, Codec<unknown>][]

const body: Codec<Nat> = {
  ...membersJson<Nat>({ flags, ...range }),
  decode(reader) {
    reader.skip(2)
    const natFlags = reader.u16()
    const present = reader.u16()
    if (present >>> members.length !== 0) {
      throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `nat range members 0x${present.toString(16)}`)
    }
    const there = members.filter((_, bit) => (present & (1 << bit)) !== 0)
    return { flags: natFlags, ...Object.fromEntries(there.map(([name, codec]) => [name, codec.decode(reader)])) }
  },
  encode(writer, value, path) {
    writer.zeros(2)
    flags.encode(writer, value.flags, `${path}.flags`)
    const there = members.map(([name]) => value[name] !== undefined)
    writer.u16(there.reduce((sum, is, bit) => sum | (is ? 1 << bit : 0), 0))
    for (const [name, codec] of members) {
      if (value[name] !== undefined) codec.encode(writer, value[name], `${path}.${name}`)
    }
  },
}

const span = <T>(min: T, max: T | undefined, format: (value: T) => string): string =>
  max === undefined ? format(min) : `${format(min)}-${format(max)}`

const formatAddresses = (nat: Nat): string => {
  if (nat.ipv4Min !== undefined) return span(nat.ipv4Min, nat.ipv4Max, formatIpv4)
  if (nat.ipv6Min === undefined) return ''
  const bracket = nat.portMin === undefined ? formatIpv6 : (address: bigint) => `[${formatIpv6(address)}]`
  return span(nat.ipv6Min, nat.ipv6Max, bracket)
}

const format = (nat: Nat): string => {
  const side = (nat.flags & NatFlags.SRC) !== 0 ? 'src' : 'dst'
  if ((nat.flags & (NatFlags.SRC | NatFlags.DST)) === 0) return 'nat'
  const addresses = formatAddresses(nat)
  const ports = nat.portMin === undefined ? '' : `:${span(nat.portMin, nat.portMax, String)}`
  const parts = [
    addresses === '' ? side : `${side}=${addresses}${ports}`,
    ...((nat.flags & NatFlags.PERSISTENT) !== 0 ? ['persistent'] : []),
    ...((nat.flags & NatFlags.PROTO_HASH) !== 0 ? ['hash'] : []),
    ...((nat.flags & NatFlags.PROTO_RANDOM) !== 0 ? ['random'] : []),
  ]
  return `nat(${parts.join(',')})`
}

/** Translates addresses; stands in ct's actions only. */
export const nat = actionKind({
  name: 'nat',
  wire: { experimenter: NICIRA, subtype: 36 },
  body,
  format,
  keywords: { nat: ({ value }) => [{ type: 'nat', ...parseNat(value) }] },
})
