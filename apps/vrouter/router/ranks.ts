/** Priorities in the stage `respond`: those of arp-responder are below the answers, all others above the rest. */
export const Respond = { PROBE: 260, ANSWER: 220, OWN: 60, FOREIGN: 50 } as const

/** Priorities in the stage `route`. */
export const Route = {
  PORT: 60_001,
  LOCAL: 60_000,
  LINK_LOCAL: 50_000,
  TTL: 40_000,
  PREFIX: 10_000,
  NONE: 5_000,
} as const

/** Priorities in the stage `nextHop`: longer prefixes first, then what is no choice of several. */
export const NextHop = { TOO_LONG: 30_000, CHOICE: 10_000, FITS: 5_000 } as const

/** The longest prefix first; of the same, what is there without another router between. */
export const rankOf = (length: number, isConnected: boolean): number =>
  Route.PREFIX + 2 * length + (isConnected ? 1 : 0)

export const lengthOf = (cidr: string): number => Number(cidr.slice(cidr.indexOf('/') + 1))
