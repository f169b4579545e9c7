import type { Policy } from '../../../../controller/state/index.ts'

/** What becomes of a packet; ` log` behind it where it is reported, ` all` where it is a fragment and its whole datagram passes. */
export type Verdict = 'pass' | 'drop' | 'reject' | 'pass log' | 'drop log' | 'pass all'

/** Groups of the ports that are in any. */
export type Groups = Readonly<Record<string, readonly string[]>>

export type Policies = Readonly<Record<string, Policy>>

/** A packet, as `frameOf` reads it, and what becomes of it; or a change of what users want. */
export type Step =
  | readonly [packet: string, verdict: Verdict]
  | { readonly policies: Policies }
  | { readonly groups: Groups }

/**
 * One case: the policies, and packets one after the other. There are containers a, b and c, each in
 * one network under IPv4 and IPv6, and gw, behind which x and y are.
 */
export interface Case {
  readonly title: string
  /** a is in `web`, b in `db`, unless given. */
  readonly groups?: Groups
  readonly policies: Policies
  readonly steps: readonly Step[]
}

export const usualGroups: Groups = { a: ['web'], b: ['db'] }
