import { createHash } from 'node:crypto'
import { type Policy, type PolicyRule, parseCidr } from '../../state/index.ts'
import type { CidrRef, GroupRef, NetworkRef, PolicyRuleFact, Service } from './policing-facts.ts'
import { prefixesOf } from './prefixes.ts'

/** What names in a policy stand for; undefined where that is not known yet. */
export interface Resolver {
  group(id: string): Pick<GroupRef, 'tenant' | 'bit'> | undefined
  vni(network: string): number | undefined
}

/** IANA, Assigned Internet Protocol Numbers. */
const protocols = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const

const usualPriority = 500
/** Characters of a rule's text that is its name; what is longer ends in a digest of the rest. */
const longestText = 100

type Range = readonly [first: number, last: number]

const rangeOf = (range: number | string): Range => {
  if (typeof range === 'number') return [range, range]
  const [first = 0, last = first] = range.split('-').map(Number)
  return [first, last]
}

/** Ranges as few as can be, in order: none touches another. */
const merged = (ranges: readonly Range[]): Range[] => {
  const apart: [first: number, last: number][] = []
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = apart.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else apart.push([first, last])
  }
  return apart
}

const serviceOf = ({ protocol, ports = [], icmp }: PolicyRule): Service | undefined =>
  protocol === undefined
    ? undefined
    : {
        protocol: typeof protocol === 'number' ? protocol : protocols[protocol],
        ports: merged(ports.map(rangeOf)).flatMap(([first, last]) => prefixesOf(first, last)),
        icmp: icmp && { type: icmp.type, ...(icmp.code === undefined ? {} : { code: icmp.code }) },
      }

/** What a rule without a name is called: what it says, so that it keeps its name wherever it stands. */
const textOf = (rule: PolicyRule): string => {
  const { direction, action, protocol, ports = [], icmp, peer, priority, log } = rule
  const who = [...(peer?.groups ?? []), ...(peer?.cidrs ?? [])]
  const type = icmp && [icmp.type, ...(icmp.code === undefined ? [] : [icmp.code])].join('/')
  const words = [
    ...[action, direction, protocol ?? 'all', ports.length > 0 ? ports.join(',') : undefined, type],
    who.length > 0 ? `${direction === 'in' ? 'from' : 'to'} ${who.join(',')}` : undefined,
    priority === undefined ? undefined : `priority ${priority}`,
    log ? 'log' : undefined,
  ]
  const text = words.filter((word) => word !== undefined).join(' ')
  if (text.length <= longestText) return text
  return `${text.slice(0, longestText - 9)}…${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}

/** What is known of the things named; undefined where some are named and none is known. */
const known = <T>(named: number, refs: readonly T[]): readonly T[] | undefined =>
  named > 0 && refs.length === 0 ? undefined : refs

/** Each once: for a moment, as while names change hands, two may stand for the same. */
const unique = <T>(refs: readonly T[]): readonly T[] => [
  ...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values(),
]

const groupRefs = (ids: readonly string[], { group }: Resolver): GroupRef[] =>
  ids.flatMap((id) => {
    const found = group(id)
    return found ? [{ type: 'group' as const, tenant: found.tenant, bit: found.bit }] : []
  })

const ownOf = ({ groups = [], networks = [] }: Policy, resolver: Resolver): PolicyRuleFact['own'] | undefined => {
  const ofNetworks = networks.flatMap((id): NetworkRef[] => {
    const vni = resolver.vni(id)
    return vni === undefined ? [] : [{ type: 'network', vni }]
  })
  return known(groups.length + networks.length, unique([...groupRefs(groups, resolver), ...ofNetworks]))
}

const peersOf = ({ peer }: PolicyRule, resolver: Resolver): PolicyRuleFact['peers'] | undefined => {
  const { groups = [], cidrs = [] } = peer ?? {}
  const ranges = cidrs.flatMap((cidr): CidrRef[] => {
    const family = parseCidr(cidr)?.family
    return family === undefined ? [] : [{ type: 'cidr', family, cidr }]
  })
  return known(groups.length + cidrs.length, unique([...groupRefs(groups, resolver), ...ranges]))
}

const directions = ['out', 'in'] as const

/** What a policy does with what no rule matches, in the directions that it has to do with. */
const restOf = ({ rules, default: rest = {} }: Policy) =>
  directions
    .filter((one) => rest[one] !== undefined || rules.some(({ direction }) => direction === one))
    .map((direction) => ({ direction, rule: `default ${direction}`, action: rest[direction] ?? 'drop' }) as const)

/**
 * The rules of a policy. Groups and networks that are not known are left out; a rule for nothing
 * else matches nobody, and is not there.
 */
export const rulesOf = (id: string, policy: Policy, resolver: Resolver): PolicyRuleFact[] => {
  const own = ownOf(policy, resolver)
  if (!own) return []
  const { tier = 'tenant', audit = false } = policy
  const common = { policy: id, tier, audit, own, conjunction: undefined }
  const facts = new Map<string, PolicyRuleFact>()
  for (const rule of policy.rules) {
    const peers = peersOf(rule, resolver)
    const name = rule.name ?? textOf(rule)
    // The same said twice is said once.
    if (!peers || facts.has(name)) continue
    const { direction, action, priority = usualPriority, log = false } = rule
    const fact = { ...common, rule: name, direction, action, priority, log, peers, service: serviceOf(rule) }
    facts.set(name, fact)
  }
  const rest = restOf(policy).map((one) => ({
    ...{ ...common, ...one, priority: undefined, log: false, peers: [], service: undefined },
  }))
  return [...facts.values(), ...rest]
}
