// What apps are told of firewall policies. Each is made from what users want and where ports are.

/** A port that policies concern. Its key is `policedKey`. */
export interface PolicedFact {
  readonly port: string
  readonly dpid: bigint
  /** OpenFlow number. */
  readonly ofport: number
  /** The lowest VNI of the networks that routers join its network with. */
  readonly domain: number
  /** Whose groups the bits of `groups` stand for; 0 where it is in none. */
  readonly tenant: number
  /** A bit for each group that it is in: 128 bits. */
  readonly groups: bigint
  /** Whether policies concern it that are in force. */
  readonly enforced: boolean
  /** Whether policies concern it that only count. */
  readonly audited: boolean
}

/** An address that ports in groups may use. Its key is `memberKey` of the first that decides. */
export interface MemberFact {
  /** The lowest VNI of the networks that routers join with that of the ports: the address is unique within. */
  readonly domain: number
  readonly address: string
  readonly tenant: number
  /** A bit for each group: 128 bits. */
  readonly groups: bigint
  /** The hosts that have to know: those with ports of the domain that a rule about one of the groups concerns. */
  readonly scopes: readonly string[]
}

/** A host where policies matter: it has a port that they concern. Its key is `scopeKey`. */
export interface ScopeFact {
  /** `policyScope` or `peerScope`. */
  readonly scope: string
  /** Of its integration bridge. */
  readonly dpid: bigint
}

/** A group of a tenant, as packets are marked with it. */
export interface GroupRef {
  readonly type: 'group'
  readonly tenant: number
  readonly bit: number
}

/** Ports in any groups of a tenant. */
export interface TenantRef {
  readonly type: 'tenant'
  readonly tenant: number
}

/** Ports of a network. */
export interface NetworkRef {
  readonly type: 'network'
  readonly vni: number
}

/** Addresses on the other side. */
export interface CidrRef {
  readonly type: 'cidr'
  readonly family: 4 | 6
  readonly cidr: string
}

/** A number of 16 bits of which only those of the mask count. */
export interface Prefix {
  readonly value: number
  readonly mask: number
}

export type PolicyAction = 'allow' | 'drop' | 'reject'

/** What a rule is for: a protocol of IP, and its ports or message types. */
export interface Service {
  /** IANA, Assigned Internet Protocol Numbers. */
  readonly protocol: number
  /** Of the side that answers: numbers of which the bits of the mask count; all where there is none. */
  readonly ports: readonly Prefix[]
  readonly icmp: { readonly type: number; readonly code?: number } | undefined
}

/** One rule of a policy, or what it does with the rest of a direction. Its key is `ruleKey`. */
export interface PolicyRuleFact {
  readonly policy: string
  /** Its name, or what it says; `default in` and `default out` for the rest. */
  readonly rule: string
  readonly tier: 'operator' | 'tenant'
  /** Who begins the connections that it is about: `out` where the port does. */
  readonly direction: 'in' | 'out'
  readonly action: PolicyAction
  /** 0 to 999, the highest first; undefined for the rest. */
  readonly priority: number | undefined
  /** Whether it only counts. */
  readonly audit: boolean
  readonly log: boolean
  /** The ports that it is about: any of these, all where there is none. */
  readonly own: readonly (GroupRef | TenantRef | NetworkRef)[]
  /** Who is on the other side: any of these, all where there is none. */
  readonly peers: readonly (GroupRef | CidrRef)[]
  /** Undefined for all. */
  readonly service: Service | undefined
  /** The number of its conjunction, where it names so much that each side is matched by itself. */
  readonly conjunction: number | undefined
}

/** What a match is to a rule: one of its sides, counted from 0. */
export interface ConjunctionPart {
  readonly id: number
  readonly clause: number
  readonly nClauses: number
}

/** One thing on one side of rules that name many. Its key is its own. */
export interface ClauseFact {
  /** A rule for that thing alone, where the rules stand. */
  readonly asked: PolicyRuleFact
  /** Whose rules ask for it; what it is to them are the `policyParts` of each, by `partsKey`. */
  readonly policies: readonly string[]
}

/** Where a port is: each OpenFlow number of a bridge is one. */
export const policedKey = (dpid: bigint, ofport: number): string => `${dpid.toString(16)} ${ofport}`

/** The hosts that have a port that a policy concerns. */
export const policyScope = (policy: string): string => `policy ${policy}`

/** The hosts that have a port of a domain whose policies' rules ask for a group on the other side. */
export const peerScope = (group: string, domain: number): string => `peer ${domain} ${group}`

export const scopeKey = (scope: string, dpid: bigint): string => `${scope} ${dpid.toString(16)}`

/** @param clause a key of `policyClauses` */
export const partsKey = (clause: string, policy: string): string => `${policy} ${clause}`

export const memberKey = (port: string, address: string): string => `${port} ${address}`

export const ruleKey = ({ policy, rule }: Pick<PolicyRuleFact, 'policy' | 'rule'>): string => `${policy}: ${rule}`
