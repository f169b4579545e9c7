/** Kilobits (1,000 bits) and packets each second; without bound where undefined. */
export interface RateFact {
  readonly kbps: number | undefined
  readonly pps: number | undefined
}

/** What bounds and marks the traffic of a port that is plugged in. Its key is the port's id. */
export interface LimitFact {
  readonly port: string
  /** The profile that says so: the port's own, else its network's, else that of a router of the network. */
  readonly profile: string
  /** Of what the port sends, and of what it receives. */
  readonly out: RateFact
  readonly in: RateFact
  /** RFC 2474: what packets that the port sends are marked with. */
  readonly dscp: number | undefined
  /** Where the port is. */
  readonly dpid: bigint
  readonly ofport: number
}
