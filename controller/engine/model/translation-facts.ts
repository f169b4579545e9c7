// What apps are told of addresses that are translated between routers and the outside.

/** A router's way out, with all that packets need there. Its key is the router's id. */
export interface GatewayFact {
  readonly router: string
  /** Of the router; 48 bits. */
  readonly mac: number
  /** Of connection tracking. */
  readonly zone: number
  /** The external network. */
  readonly network: string
  /** VNI of the external network. */
  readonly vni: number
  readonly subnets: readonly OutsideRange[]
  /** One of its networks inside: from whose hosts the way is taken. */
  readonly inside: string
  /** By which packets leave where nothing better is known. */
  readonly host: string | undefined
  readonly dpid: bigint | undefined
}

/** Addresses that are neighbours outside, and the router of others that leads on from there. */
export interface OutsideRange {
  readonly family: 4 | 6
  readonly cidr: string
  readonly gateway: string | undefined
}

/** An address that stands for something inside. Its key is `outsideKey`. */
export interface OutsideFact {
  /** The external network. */
  readonly network: string
  readonly vni: number
  readonly address: string
  /** Of who has the address outside; 48 bits. */
  readonly mac: number
  readonly router: string
  readonly routerMac: number
  readonly zone: number
  /** Bytes of the longest IP packet that may come in to it. */
  readonly mtu: number
  /** Whether it stands for one address inside alone. */
  readonly isFloating: boolean
  /** Where it is answered for; undefined while no host has the network. */
  readonly host: string | undefined
  readonly dpid: bigint | undefined
}

/** First and last. */
export interface PortSpan {
  readonly first: number
  readonly last: number
}

/** What is translated into what. */
type Translated =
  | {
      readonly kind: 'source'
      readonly from: string
      readonly to: string
      readonly ports: PortSpan | undefined
    }
  | {
      readonly kind: 'forward'
      readonly protocol: 'tcp' | 'udp' | 'sctp'
      readonly address: string
      readonly port: number
      readonly to: string
      readonly toPort: number
    }
  | {
      readonly kind: 'floating'
      readonly address: string
      readonly to: string
      /** Of the address outside; 48 bits. */
      readonly mac: number
    }

/** A translation. Its key is its id. */
export type TranslationFact = Translated & {
  readonly id: string
  readonly family: 4 | 6
  readonly router: string
  readonly routerMac: number
  readonly zone: number
  /** VNI of the external network. */
  readonly vni: number
  /** Where it is done; undefined while no host has the external network. */
  readonly host: string | undefined
  readonly dpid: bigint | undefined
}

export const outsideKey = (network: string, address: string): string => `${network} ${address}`
