/** Priorities, from what is certain to what is left. */
export const Rank = {
  /** Before what other apps say of the same packets. */
  FIRST: 60_000,
  ANSWER: 50_000,
  FORWARD: 40_000,
  FLOATING: 30_000,
  /** With the length of a prefix. */
  PREFIX: 20_000,
  BACK: 10_000,
  ADDRESS: 5_000,
  LEARNED: 4_000,
  REST: 10,
} as const

/** Priority of a flow for a prefix: the longest first. @param cidr such as `10.0.0.0/24` */
export const prefixRank = (cidr: string): number => Rank.PREFIX + Number(cidr.slice(cidr.indexOf('/') + 1))
