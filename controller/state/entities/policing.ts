// What users want of traffic: what may pass, and how much of it.
import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { CidrText, closed, Name } from './closed.ts'
import { PortRange } from './routing.ts'

/** A group of ports, for firewall policies; ports name the groups that they are in. */
export const Group = closed({
  /** Groups of different tenants know nothing of each other. */
  tenant: Type.Optional(Name),
})
export type Group = Static<typeof Group>
export const groups: Kind<'group', typeof Group> = { name: 'group', schema: Group }

const Action = Type.Enum(['allow', 'drop', 'reject'])

/** Who is on the other side: any of these; everybody where neither is given. */
const Peer = closed({
  groups: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 128 })),
  cidrs: Type.Optional(Type.Array(CidrText, { minItems: 1, maxItems: 1024 })),
})

const Rank = Type.Integer({ minimum: 0, maximum: 999 })

const Rule = closed({
  /** For counters and logs; its place in the list unless given. */
  name: Type.Optional(Name),
  /** Of what a port sends, or of what it receives. */
  direction: Type.Enum(['out', 'in']),
  action: Action,
  /** The highest that matches decides; of the same, drop and reject come before allow. 500 unless given. */
  priority: Type.Optional(Rank),
  protocol: Type.Optional(
    Type.Union([Type.Enum(['tcp', 'udp', 'sctp', 'icmp', 'icmpv6']), Type.Integer({ minimum: 0, maximum: 255 })]),
  ),
  /** Of the side that answers: 80, or 8000-8999. */
  ports: Type.Optional(Type.Array(PortRange, { minItems: 1, maxItems: 128 })),
  icmp: Type.Optional(
    closed({
      type: Type.Integer({ minimum: 0, maximum: 255 }),
      code: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    }),
  ),
  /** To whom, of what is sent; from whom, of what is received. */
  peer: Type.Optional(Peer),
  /** Whether first packets are reported, a few each second. */
  log: Type.Optional(Type.Boolean()),
})
export type PolicyRule = Static<typeof Rule>

/** Rules of a firewall for ports. A port that no policy of a direction concerns may do all in it. */
export const Policy = closed({
  /** Operators' rules come before those of tenants. */
  tier: Type.Optional(Type.Enum(['operator', 'tenant'])),
  /** Ports of these groups. */
  groups: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 128 })),
  /** Ports of these networks; with neither groups nor networks, all ports. */
  networks: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 1024 })),
  /** Counts what would be dropped, and drops nothing. */
  audit: Type.Optional(Type.Boolean()),
  /** What no rule of any policy matches; drop unless given, in a direction that the policy has rules for. */
  default: Type.Optional(closed({ out: Type.Optional(Action), in: Type.Optional(Action) })),
  rules: Type.Array(Rule, { maxItems: 10_000 }),
})
export type Policy = Static<typeof Policy>
export const policies: Kind<'policy', typeof Policy> = { name: 'policy', schema: Policy }

/** Limits of what passes: kilobits (1,000 bits) and packets each second. */
const Rate = closed({
  kbps: Type.Optional(Type.Integer({ minimum: 8, maximum: 100_000_000 })),
  pps: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000 })),
})

/** Quality of service, for ports that name it, or whose network or router does. */
export const Qos = closed({
  /** Of what a port sends. */
  out: Type.Optional(Rate),
  /** Of what a port receives. */
  in: Type.Optional(Rate),
  /** RFC 2474: what packets that a port sends are marked with. */
  dscp: Type.Optional(Type.Integer({ minimum: 0, maximum: 63 })),
})
export type Qos = Static<typeof Qos>
export const qosProfiles: Kind<'qos', typeof Qos> = { name: 'qos', schema: Qos }
