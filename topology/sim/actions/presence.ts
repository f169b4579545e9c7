import type { Field } from '../../../controller/openflow/fields/field.ts'
import { EtherType } from '../../../controller/openflow/fields/prerequisites.ts'
import type { Prerequisite } from '../../../controller/openflow/fields/row.ts'
import { Fragment, type Key, tagPresent, Word } from '../pipeline/layout.ts'

const ipProtocol = (key: Key): number => (key[Word.IP] as number) >>> 24

const isIp = (key: Key): boolean => key[Word.ETH_TYPE] === EtherType.IPV4 || key[Word.ETH_TYPE] === EtherType.IPV6

/** True where a packet's upper layer is of a protocol; later fragments have none. */
const isTransport = (key: Key, protocol: number): boolean =>
  isIp(key) && ipProtocol(key) === protocol && ((key[Word.IP] as number) & Fragment.LATER) === 0

const isNd = (key: Key, ...types: readonly number[]): boolean => {
  const ports = key[Word.PORTS] as number
  return has.icmpv6(key) && (ports & 0xff) === 0 && types.includes((ports >>> 16) & 0xff)
}

/** Whether a packet has what a field needs. */
const has: Readonly<Record<Prerequisite, (key: Key) => boolean>> = {
  none: () => true,
  vlan: (key) => ((key[Word.VLAN] as number) & tagPresent) !== 0,
  mpls: (key) => key[Word.ETH_TYPE] === EtherType.MPLS || key[Word.ETH_TYPE] === EtherType.MPLS_MULTICAST,
  pbb: () => false,
  arp: (key) => key[Word.ETH_TYPE] === EtherType.ARP || key[Word.ETH_TYPE] === EtherType.RARP,
  ip: isIp,
  ipv4: (key) => key[Word.ETH_TYPE] === EtherType.IPV4,
  ipv6: (key) => key[Word.ETH_TYPE] === EtherType.IPV6,
  tcp: (key) => isTransport(key, 6),
  udp: (key) => isTransport(key, 17),
  sctp: (key) => isTransport(key, 132),
  icmpv4: (key) => has.ipv4(key) && isTransport(key, 1),
  icmpv6: (key) => has.ipv6(key) && isTransport(key, 58),
  nd: (key) => isNd(key, 135, 136),
  ndSolicit: (key) => isNd(key, 135),
  ndAdvert: (key) => isNd(key, 136),
  nsh: () => false,
  conntrack: () => true,
}

/** Whether a packet has a field. */
export const isPresent = (key: Key, field: Field): boolean => has[field.prerequisite](key)
