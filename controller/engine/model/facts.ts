// What apps are told of networks and hosts. Each is made from what users want and what hosts report.
import type { Encapsulation } from '../../state/index.ts'

/** A logical switch. Its key is its id. */
export interface NetworkFact {
  readonly id: string
  /** Its number in tunnels: 1 to 16,777,214. */
  readonly vni: number
  /** Between all its hosts; where undefined, the first that two hosts have in common. */
  readonly encapsulation: Encapsulation | undefined
  /** Bytes of an IP packet, where its user gave them. */
  readonly mtu: number | undefined
  /** The lowest VNI of the networks that routers join it with, its own among them: addresses are unique within. */
  readonly domain: number
  /** Whether a router has a subnet of it. */
  readonly routed: boolean
  /** The physical network that it is. */
  readonly external: string | undefined
  /** IEEE 802.1Q; untagged where undefined. */
  readonly vlan: number | undefined
}

/** Addresses of a network. Its key is its id. */
export interface SubnetFact {
  readonly id: string
  readonly network: string
  /** VNI of the network. */
  readonly vni: number
  readonly family: 4 | 6
  readonly cidr: string
  readonly gateway: string | undefined
  readonly dns: readonly string[]
}

/** A chassis. Its key is its system-id. */
export interface HostFact {
  readonly id: string
  /** Of its integration bridge. */
  readonly dpid: bigint
  /** Where others send what they tunnel to it: IPv4 or IPv6. */
  readonly address: string
  /** How it can be tunnelled to, the preferred way first. */
  readonly types: readonly Encapsulation[]
  /** OpenFlow numbers of its tunnel ports. */
  readonly tunnels: Readonly<Partial<Record<Encapsulation, number>>>
  /** Bytes of the largest IP packet that the physical network takes from it. */
  readonly underlayMtu: number | undefined
  /** OpenFlow numbers of its ports to physical networks, by their names. */
  readonly physical: Readonly<Record<string, number>>
}

/** Addresses that a port may use besides its own. */
export interface AllowedPair {
  /** Its own where undefined. */
  readonly mac: number | undefined
  readonly cidr: string
}

/** Where a container is plugged in. Its key is its id. */
export interface PortFact {
  readonly id: string
  readonly network: string
  /** VNI of the network. */
  readonly vni: number
  /** 48 bits. */
  readonly mac: number
  /** IPv4 and IPv6, without prefix lengths. */
  readonly addresses: readonly string[]
  readonly guard: boolean
  readonly allowedPairs: readonly AllowedPair[]
  /** Groups of the firewall. */
  readonly groups: readonly string[]
  /** The host where it is plugged in; the three are undefined while it is nowhere. */
  readonly host: string | undefined
  readonly dpid: bigint | undefined
  readonly ofport: number | undefined
}

/** A network on a host that has ports of it. Its key is `siteKey` of both. */
export interface SiteFact {
  readonly network: string
  readonly vni: number
  readonly host: string
  readonly dpid: bigint
}

/** Some ports of a network on one host: those with 64 neighbouring numbers. Its key is `siteKey` and its number. */
export interface ShardFact {
  readonly network: string
  readonly vni: number
  readonly dpid: bigint
  readonly number: number
  /** OpenFlow numbers, ascending. */
  readonly ofports: readonly number[]
}

/** The shards of a network on one host. Its key is `siteKey`. */
export interface FloodFact {
  readonly network: string
  readonly vni: number
  readonly dpid: bigint
  /** Numbers of its shards, ascending. */
  readonly shards: readonly number[]
}

/** The hosts that have ports of a network. Its key is the network's id. */
export interface SpreadFact {
  readonly network: string
  /** Their ids, in order. */
  readonly hosts: readonly string[]
}

export const siteKey = (network: string, dpid: bigint): string => `${network} ${dpid.toString(16)}`
