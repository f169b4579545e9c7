import type { PolicyRule } from '../../entities/policing.ts'
import type { PortRange } from '../../entities/routing.ts'
import type { Draft } from '../draft.ts'
import { cidrProblem, familyOf, type Refuse } from './address.ts'
import { checkTenant } from './group.ts'

/** IANA, Assigned Internet Protocol Numbers. */
const names: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmpv6'],
  [132, 'sctp'],
])
const withPorts: readonly unknown[] = ['tcp', 'udp', 'sctp']
const families: Readonly<Record<string, 4 | 6>> = { icmp: 4, icmpv6: 6 }

/** Why a text is no range of ports; undefined where it is one. */
export const portsProblem = (range: PortRange): string | undefined => {
  if (typeof range === 'number') return undefined
  const [first = 0, last = 0] = range.split('-').map(Number)
  if (first < 1 || last > 65535) return `${range} holds what is no port: ports are 1 to 65535`
  return first > last ? `${range} ends before it begins: write the lower port first` : undefined
}

const checkProtocol = ({ protocol, ports, icmp }: PolicyRule, refuse: Refuse): void => {
  const name = typeof protocol === 'number' ? names.get(protocol) : undefined
  if (name !== undefined) refuse('protocol', `${protocol} has a name: write ${name}`)
  else if (ports && !withPorts.includes(protocol)) {
    refuse('ports', 'only tcp, udp and sctp have ports: give one of them as protocol')
  }
  if (icmp && name === undefined && protocol !== 'icmp' && protocol !== 'icmpv6') {
    refuse('icmp', 'only icmp and icmpv6 have types: give one of them as protocol')
  }
}

const checkPeer = ({ protocol, peer }: PolicyRule, refuse: Refuse): void => {
  const family = families[String(protocol)]
  for (const [at, text] of (peer?.cidrs ?? []).entries()) {
    const problem = cidrProblem(text)
    if (problem !== undefined) refuse(`peer/cidrs/${at}`, problem)
    else if (family !== undefined && family !== familyOf(text)) {
      const other = family === 4 ? 'icmpv6' : 'icmp'
      refuse(
        `peer/cidrs/${at}`,
        `${text} is no range of ${protocol}'s: leave it out, or make a rule of ${other} for it`,
      )
    }
  }
}

const checkRule = (rule: PolicyRule, refuse: Refuse): void => {
  checkProtocol(rule, refuse)
  checkPeer(rule, refuse)
  for (const [at, range] of (rule.ports ?? []).entries()) {
    const problem = portsProblem(range)
    if (problem !== undefined) refuse(`ports/${at}`, problem)
  }
}

export const checkPolicy = (draft: Draft, id: string): void => {
  const policy = draft.get('policy', id)
  if (!policy) return
  const refuse: Refuse = (path, message) => draft.refuse('policy', id, path, message)
  const seen = new Set<string>()
  for (const [at, rule] of policy.rules.entries()) {
    checkRule(rule, (path, message) => refuse(`rules/${at}/${path}`, message))
    const { name } = rule
    if (name === undefined) continue
    if (seen.has(name)) refuse(`rules/${at}/name`, `there are two rules of the name ${name}: give each its own`)
    seen.add(name)
  }
  checkTenant(draft, 'policy', id)
}
