import { IpProtocol } from '../fields/prerequisites.ts'
import { messageKind } from '../messages/kind.ts'
import { formatIpv4, formatIpv6, type Ipv6 } from '../wire/address.ts'
import { pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { type Part, partKind } from '../wire/parts.ts'
import { ipv6, u8, u16 } from '../wire/primitives.ts'
import { loose, properties } from '../wire/property.ts'

/** Forgets the connections of a zone. */
const ctFlushZone = messageKind({
  name: 'ctFlushZone',
  ofp: 'NXT_CT_FLUSH_ZONE',
  wire: { experimenter: Experimenter.NICIRA, expType: 29 },
  body: struct({ pad: pad(6), zoneId: u16 }),
  text: ({ zoneId }) => ` zone_id=${zoneId}`,
})

/** IPv4 addresses stand as ::ffff:a.b.c.d. */
const address = ipv6

/** nicira-ext.h, nx_ct_flush_tuple_tlv_type */
const tupleKinds = [
  partKind('source', 0, struct({ address })),
  partKind('destination', 1, struct({ address })),
  partKind('sourcePort', 2, struct({ value: loose(u16, 2) })),
  partKind('destinationPort', 3, struct({ value: loose(u16, 2) })),
  partKind('icmpId', 4, struct({ value: loose(u16, 2) })),
  partKind('icmpType', 5, struct({ value: loose(u8) })),
  partKind('icmpCode', 6, struct({ value: loose(u8) })),
] as const

const tuple = struct({ pad: pad(4), tuple: properties(tupleKinds) })

/** nicira-ext.h, nx_ct_flush_tlv_type */
const kinds = [
  partKind('original', 0, tuple),
  partKind('reply', 1, tuple),
  partKind('zone', 2, struct({ zoneId: loose(u16, 2) })),
] as const

/** What connections are to be forgotten: those of a zone, or with these addresses and ports. */
export type CtFlushProperty = Part<typeof kinds>
type TupleMember = Part<typeof tupleKinds>

const mappedPrefix = 0xffffn

const isMapped = (value: Ipv6): boolean => value >> 32n === mappedPrefix

const addressText = (value: Ipv6): string =>
  isMapped(value) ? formatIpv4(Number(value & 0xffffffffn)) : formatIpv6(value)

const addressOf = (tuple: readonly TupleMember[], type: 'source' | 'destination'): Ipv6 => {
  const member = tuple.findLast((one) => one.type === type)
  return member && 'address' in member ? member.address : 0n
}

const numberOf = (tuple: readonly TupleMember[], type: TupleMember['type']): number => {
  const member = tuple.findLast((one) => one.type === type)
  return member && 'value' in member ? member.value : 0
}

const tupleOf = (flush: readonly CtFlushProperty[], type: 'original' | 'reply'): readonly TupleMember[] =>
  flush.flatMap((one) => (one.type === type ? one.tuple : []))

const isIcmp = (protocol: number): boolean => protocol === IpProtocol.ICMP || protocol === IpProtocol.ICMPV6

const tupleText = (tuple: readonly TupleMember[], protocol: number, prefix: string): string => {
  const addresses = `${prefix}_src=${addressText(addressOf(tuple, 'source'))},${prefix}_dst=${addressText(addressOf(tuple, 'destination'))}`
  const number = (type: TupleMember['type']): number => numberOf(tuple, type)
  return isIcmp(protocol)
    ? `${addresses},icmp_id=${number('icmpId')},icmp_type=${number('icmpType')},icmp_code=${number('icmpCode')}`
    : `${addresses},ct_tp_src=${number('sourcePort')},ct_tp_dst=${number('destinationPort')}`
}

/** The last address decides between the names of IPv4's and IPv6's fields, as in ovs-ofctl. */
const prefixOf = (tuples: readonly TupleMember[]): string => {
  const last = tuples.findLast((one) => 'address' in one)
  return last && 'address' in last && isMapped(last.address) ? 'ct_nw' : 'ct_ipv6'
}

/** Forgets the connections that match. */
const ctFlush = messageKind({
  name: 'ctFlush',
  ofp: 'NXT_CT_FLUSH',
  wire: { experimenter: Experimenter.NICIRA, expType: 32 },
  body: struct({ ipProto: u8, pad: pad(7), properties: properties(kinds) }),
  text({ ipProto, properties: list }) {
    const zone = list.findLast((one) => one.type === 'zone')
    const [original, reply] = [tupleOf(list, 'original'), tupleOf(list, 'reply')]
    const prefix = prefixOf([...original, ...reply])
    return (
      ` zone=${zone?.zoneId ?? 0} '${tupleText(original, ipProto, prefix)},ct_nw_proto=${ipProto}'` +
      ` '${tupleText(reply, ipProto, prefix)}'`
    )
  },
})

export const ctFlushKinds = [ctFlushZone, ctFlush] as const
