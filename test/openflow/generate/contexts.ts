import { allFields, type Field, fields, type Need } from '../../../controller/openflow/fields/field.ts'
import { Oxm } from '../../../controller/openflow/fields/oxm.ts'
import { EtherType, IpProtocol } from '../../../controller/openflow/fields/prerequisites.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import { lackingFields } from './lacks.ts'

const is = (field: Field, value: number): Oxm => new Oxm(field.code, value)

const ip = (version: 4 | 6, ...more: readonly Oxm[]): readonly Oxm[] => [
  is(fields.ethType, version === 4 ? EtherType.IPV4 : EtherType.IPV6),
  ...more,
]

const transport = (protocol: number): readonly (readonly Oxm[])[] => [
  ip(4, is(fields.ipProto, protocol)),
  ip(6, is(fields.ipProto, protocol)),
]

const icmp6 = is(fields.ipProto, IpProtocol.ICMPV6)

/** What a match may say of the kind of packet: each fulfils some prerequisites, all together every one. */
const bases: readonly (readonly Oxm[])[] = [
  [],
  ip(4),
  ip(6),
  ...transport(IpProtocol.TCP),
  ...transport(IpProtocol.UDP),
  ...transport(IpProtocol.SCTP),
  ip(4, is(fields.ipProto, IpProtocol.ICMP)),
  ip(6, icmp6),
  ip(6, icmp6, is(fields.icmpv6Type, 135), is(fields.icmpv6Code, 0)),
  ip(6, icmp6, is(fields.icmpv6Type, 136), is(fields.icmpv6Code, 0)),
  [is(fields.ethType, EtherType.ARP)],
  [is(fields.ethType, EtherType.RARP)],
  [is(fields.ethType, EtherType.MPLS)],
  [is(fields.ethType, EtherType.MPLS_MULTICAST)],
  [is(fields.ethType, EtherType.NSH)],
  [is(fields.ethType, EtherType.PBB)],
  [is(fields.vlanVid, 0x1005)],
  // A tracked, established connection.
  ip(4, new Oxm(fields.ctState.code, 0x22, 0x22)),
  ip(4, new Oxm(fields.ctState.code, 0x22, 0x22), is(fields.ctNwProto, IpProtocol.TCP)),
  ip(6, new Oxm(fields.ctState.code, 0x22, 0x22)),
]

/** A kind of packet: what a match says of it, and the fields that such packets have. */
export interface Context {
  readonly base: readonly Oxm[]
  /** Fields whose prerequisites `base` fulfils. */
  readonly fields: readonly Field[]
}

const meets =
  (base: readonly Oxm[]) =>
  ({ field, values }: Need): boolean =>
    base.some((oxm) => oxm.field === field && (values.length === 0 || values.includes(Number(oxm.value))))

/** Addresses of tracked connections, by the packets that have them. */
const addresses: Partial<Record<FieldKey, number>> = {
  ctNwSrc: EtherType.IPV4,
  ctNwDst: EtherType.IPV4,
  ctIpv6Src: EtherType.IPV6,
  ctIpv6Dst: EtherType.IPV6,
}

/** Fields of tracked connections that other packets do not have, or that Open vSwitch shows only beside the protocol. */
const isAlien = (base: readonly Oxm[], { key }: Field): boolean => {
  const ethType = addresses[key as FieldKey]
  if (ethType !== undefined) return !meets(base)({ field: fields.ethType, values: [ethType] })
  return key.startsWith('ctTp') && !meets(base)({ field: fields.ctNwProto, values: [] })
}

const contextOf = (base: readonly Oxm[]): Context => ({
  base,
  fields: allFields.filter(
    (field) =>
      field.needs.every(meets(base)) &&
      base.every((oxm) => oxm.field !== field) &&
      !(field.key in lackingFields) &&
      !isAlien(base, field),
  ),
})

/** Every kind of packet that prerequisites tell apart. */
export const contexts: readonly Context[] = bases.map(contextOf)

/** Whether a match says this of packets. */
export const says = ({ base }: Context, field: Field, ...values: readonly number[]): boolean =>
  meets(base)({ field, values })
