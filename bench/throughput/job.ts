/** The versions of OpenFlow that the emulated switches speak. */
export type OpenFlowVersion = '1.0' | '1.3'

export type Mode = 'throughput' | 'latency'

/**
 * What a packet-in must be answered by. `buffer`: a flow-mod or packet-out that names its buffer,
 * or a packet-out of the packet itself. `address`: a flow for its source address; stations then
 * move to another port with every round, so that each packet-in is news.
 */
export type AnsweredBy = 'buffer' | 'address'

/** One run of the generator. */
export interface Job {
  readonly host: string
  readonly port: number
  readonly openflow: OpenFlowVersion
  readonly mode: Mode
  readonly answeredBy: AnsweredBy
  readonly switches: number
  /** Source addresses of each switch. */
  readonly macs: number
  /** Seconds of load before the figures count. */
  readonly warmUp: number
  readonly seconds: number
}

export interface Latency {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** What the generator saw while the figures counted. */
export interface Outcome {
  readonly seconds: number
  readonly responses: number
  /** What the generator itself used. */
  readonly generatorCpuSeconds: number
  readonly bytesSent: number
  readonly bytesReceived: number
  /** Microseconds; in latency mode only. */
  readonly latencyUs: Latency | null
  /** Switches that got nothing. */
  readonly starved: number
  /** Most responses of a switch to the fewest; null where a switch got nothing. */
  readonly fairness: number | null
  /** Seconds from the first connect until the last switch was up. */
  readonly upSeconds: number
  readonly live: number
  readonly closed: number
  /** Packet-ins that were sent again because nobody answered them. */
  readonly resent: number
}

/** What the generator's process says. */
export type Report =
  | { readonly type: 'progress'; readonly text: string }
  /** The figures count from here. */
  | { readonly type: 'begin' }
  /** The figures count no longer. */
  | { readonly type: 'end' }
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'failed'; readonly reason: string }
