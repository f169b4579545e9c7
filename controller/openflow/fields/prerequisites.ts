import type { Prerequisite } from './row.ts'

/** EtherTypes that match fields depend on, by name. */
export const EtherType = {
  IPV4: 0x0800,
  ARP: 0x0806,
  RARP: 0x8035,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  PBB: 0x88e7,
  NSH: 0x894f,
} as const

/** IP protocol numbers that match fields depend on, by name. */
export const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const

/**
 * What each prerequisite asks for (OpenFlow 1.3.5 table 12): a field that must be matched exactly
 * with one of some values, and maybe a prerequisite of its own. An empty list of values asks for
 * any value.
 */
export const prerequisites = {
  none: null,
  vlan: { key: 'vlanVid', values: [], after: 'none' },
  mpls: { key: 'ethType', values: [0x8847, 0x8848], after: 'none' },
  pbb: { key: 'ethType', values: [0x88e7], after: 'none' },
  arp: { key: 'ethType', values: [0x0806, 0x8035], after: 'none' },
  ip: { key: 'ethType', values: [0x0800, 0x86dd], after: 'none' },
  ipv4: { key: 'ethType', values: [0x0800], after: 'none' },
  ipv6: { key: 'ethType', values: [0x86dd], after: 'none' },
  tcp: { key: 'ipProto', values: [6], after: 'ip' },
  udp: { key: 'ipProto', values: [17], after: 'ip' },
  sctp: { key: 'ipProto', values: [132], after: 'ip' },
  icmpv4: { key: 'ipProto', values: [1], after: 'ipv4' },
  icmpv6: { key: 'ipProto', values: [58], after: 'ipv6' },
  nd: { key: 'icmpv6Type', values: [135, 136], after: 'icmpv6' },
  ndSolicit: { key: 'icmpv6Type', values: [135], after: 'icmpv6' },
  ndAdvert: { key: 'icmpv6Type', values: [136], after: 'icmpv6' },
  nsh: { key: 'ethType', values: [0x894f], after: 'none' },
  conntrack: { key: 'ctState', values: [], after: 'none' },
} as const satisfies Record<Prerequisite, null | { key: string; values: readonly number[]; after: Prerequisite }>

export type Prerequisites = typeof prerequisites
