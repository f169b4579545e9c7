import type { Usage } from '../../two-hosts/usage.ts'

/** What is measured: a controller whose firewall has rules for a group of ports, on the two hosts of a lab. */
export interface FirewallTarget {
  readonly name: string
  /** Takes the hosts over. */
  readonly start: () => Promise<void>
  /** So many ports that are there, all of them in the group; a further one is not. */
  readonly fill: (ports: number) => Promise<void>
  /** The group has the first so many rules and no others; resolves when both hosts have confirmed. */
  readonly setRules: (count: number) => Promise<void>
  /** The further port enters the group, or leaves it; resolves when both hosts have confirmed. */
  readonly setMember: (isMember: boolean) => Promise<void>
  /** Changes sent to the hosts since it was started; undefined where it cannot be told. */
  readonly sent: () => Promise<number | undefined>
  readonly usage: () => Usage
  readonly stop: () => Promise<void>
}

/** One side of a connection that is allowed. */
export interface RuleText {
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** Of the other side. */
  readonly address: string
}

/** No two have the same address, protocol, port and direction. */
export const ruleAt = (at: number): RuleText => ({
  direction: at % 2 === 0 ? 'in' : 'out',
  protocol: at % 4 < 2 ? 'tcp' : 'udp',
  port: 1 + at,
  address: `198.${18 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`,
})
