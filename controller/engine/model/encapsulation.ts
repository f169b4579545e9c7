import type { Encapsulation } from '../../state/index.ts'
import type { HostFact, NetworkFact } from './facts.ts'

/** Bytes of an IP packet around which a tunnel adds, the outer IP header left out: Ethernet, and its own headers. */
const innerHeaders: Readonly<Record<Encapsulation, number>> = {
  /** UDP 8, Geneve 8 without options (RFC 8926 §3.4), Ethernet 14. */
  geneve: 30,
  /** UDP 8, VXLAN 8 (RFC 7348 §5), Ethernet 14. */
  vxlan: 30,
  /** GRE 4 with a key of 4 (RFC 2890 §2), Ethernet 14. */
  gre: 22,
  /** TCP-like 20, STT 18 (draft-davie-stt §3.1), Ethernet 14. */
  stt: 52,
}

const outerHeader = (address: string): number => (address.includes(':') ? 40 : 20)

/** Bytes that a tunnel to this address adds to an IP packet of a container. */
export const overheadOf = (type: Encapsulation, address: string): number => outerHeader(address) + innerHeaders[type]

/** Bytes, where a host does not say. */
export const usualUnderlayMtu = 1500

/** The lower id says which way two hosts prefer, so that both directions take the same. */
const inOrder = (a: HostFact, b: HostFact): readonly [HostFact, HostFact] => (a.id < b.id ? [a, b] : [b, a])

/**
 * How packets of a network travel between two hosts: as the network says, else the first way that
 * both have; undefined where there is none.
 */
export const encapsulationBetween = (
  network: Pick<NetworkFact, 'encapsulation'>,
  a: HostFact,
  b: HostFact,
): Encapsulation | undefined => {
  const [first, second] = inOrder(a, b)
  const { encapsulation } = network
  const ways = encapsulation === undefined ? first.types : [encapsulation]
  return ways.find((way) => [first, second].every(({ tunnels }) => tunnels[way] !== undefined))
}

/**
 * Bytes of the largest IP packet that passes between any two of the hosts, by any way that a
 * network may take; what fits through the usual physical network where there are none.
 */
export const mtuAcross = (network: Pick<NetworkFact, 'encapsulation'>, hosts: readonly HostFact[]): number => {
  const room = (underlayMtu: number, ways: readonly Encapsulation[], address: string): number =>
    underlayMtu - Math.max(0, ...ways.map((way) => overheadOf(way, address)))
  const asked = network.encapsulation === undefined ? undefined : [network.encapsulation]
  if (hosts.length === 0) return room(usualUnderlayMtu, asked ?? ['geneve'], '')
  return Math.min(
    ...hosts.map(({ underlayMtu = usualUnderlayMtu, address, types }) => room(underlayMtu, asked ?? types, address)),
  )
}
