// What apps are told of routers and of the networks outside.

/** A router. Its key is its id. */
export interface RouterFact {
  readonly id: string
  /** 48 bits; the same in all its networks, and on every host. */
  readonly mac: number
  /** One of the networks that it joins: packets are routed where that is reached from. Undefined where it joins none. */
  readonly network: string | undefined
  readonly routes: readonly RouteFact[]
  readonly external: RouterExternalFact | undefined
}

/** A way to what lies behind neighbours: the longest prefix that has an address leads on. */
export interface RouteFact {
  readonly family: 4 | 6
  readonly to: string
  /** Neighbours that can take it, in a network of the router. */
  readonly via: readonly NextHop[]
}

/** A neighbour, and the network where it is one: of the router's subnets, or the external one. */
export interface NextHop {
  readonly address: string
  readonly network: string
  /** VNI of the network. */
  readonly vni: number
}

/** Where a router meets the outside. */
export interface RouterExternalFact {
  readonly network: string
  /** VNI of the network: packets on their way to the host that they leave by are marked with it. */
  readonly vni: number
  /** The router's own, there. */
  readonly addresses: readonly string[]
  /** Of that network. */
  readonly subnets: readonly OutsideSubnet[]
  /** The host that packets leave by where nothing better is known; undefined while none has the network. */
  readonly host: string | undefined
  readonly dpid: bigint | undefined
}

/** Addresses that a router meets outside without another router between. */
export interface OutsideSubnet {
  readonly family: 4 | 6
  readonly cidr: string
  /** The router of others that leads on, from there. */
  readonly gateway: string | undefined
}

/** A router in a subnet, as its gateway. Its key is `interfaceKey`. */
export interface InterfaceFact {
  readonly router: string
  readonly subnet: string
  readonly network: string
  /** VNI of the network. */
  readonly vni: number
  readonly family: 4 | 6
  readonly cidr: string
  /** The gateway's. */
  readonly address: string
  /** Of the router; 48 bits. */
  readonly mac: number
  /** Whether it is the one of several of the router in that network, and of that family, that stands for all. */
  readonly leads: boolean
  /** Bytes of the longest IP packet that the network takes. */
  readonly mtu: number
  /** Whether other networks of the router take longer ones. */
  readonly narrow: boolean
}

/** A port of a network that a router has a part in. Its key is the port's. */
export interface NeighbourFact {
  readonly network: string
  readonly vni: number
  /** 48 bits. */
  readonly mac: number
  /** IPv4 and IPv6, without prefix lengths. */
  readonly addresses: readonly string[]
}

/** An external network where a host has it. Its key is `siteKey` of both. */
export interface AttachmentFact {
  readonly network: string
  readonly vni: number
  readonly host: string
  readonly dpid: bigint
  /** OpenFlow number of the port that leads there. */
  readonly ofport: number
  /** IEEE 802.1Q; untagged where undefined. */
  readonly vlan: number | undefined
}

export const interfaceKey = (router: string, subnet: string): string => `${router} ${subnet}`
