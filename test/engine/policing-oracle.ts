import type { PortFact } from '../../controller/engine/model/facts.ts'
import type { Model } from '../../controller/engine/model/model.ts'
import type { MemberFact } from '../../controller/engine/model/policing-facts.ts'
import type { Policy } from '../../controller/state/index.ts'

const concerns = ({ groups = [], networks = [] }: Policy, port: PortFact): boolean =>
  groups.length + networks.length === 0 ||
  networks.includes(port.network) ||
  port.groups.some((group) => groups.includes(group))

/** Objects of the firewall's rules, and whether a host is to have them: gone through one by one, as policies are worded. */
export const judgedBy = (model: Model, dpid: bigint): ReadonlyMap<string, boolean> => {
  const domainOf = (port: PortFact) => model.networks.get(port.network)?.domain
  const here = [...model.ports.entries()].map(([, port]) => port).filter((port) => port.dpid === dpid)
  const policyOf = (id: string) => model.document('policy', id)
  const concerned = (policy: Policy | undefined) => here.filter((port) => policy && concerns(policy, port))
  const isHere = (id: string): boolean => concerned(policyOf(id)).length > 0
  const rules = [...model.policyRules.entries()]
  const inForce = [...new Set(rules.map(([, { policy }]) => policy))].flatMap((id) => policyOf(id) ?? [])
  const asks = (group: string, domain: number): boolean =>
    inForce.some(
      (policy) =>
        policy.rules.some(({ peer }) => peer?.groups?.includes(group)) &&
        concerned(policy).some((port) => domainOf(port) === domain),
    )
  const mayUse = ({ addresses, allowedPairs }: PortFact, address: string): boolean =>
    addresses.includes(address) || allowedPairs.some(({ cidr }) => [`${address}/32`, `${address}/128`].includes(cidr))
  const tenantOf = (group: string) => model.document('groupNumber', group)?.tenant
  /** Groups of a tenant that an address is in. */
  const groupsOf = ({ domain, address, tenant }: MemberFact): string[] =>
    [...model.ports.entries()].flatMap(([, port]) => {
      const known = port.groups.filter((group) => tenantOf(group) !== undefined)
      const isMember = domainOf(port) === domain && mayUse(port, address)
      // Of a port with groups of several tenants, those of the first's count.
      return isMember && tenantOf(known[0] ?? '') === tenant ? known.filter((group) => tenantOf(group) === tenant) : []
    })
  return new Map([
    ...rules.map(([key, { policy }]) => [`rule ${key}`, isHere(policy)] as const),
    ...[...model.policyClauses.entries()].map(
      ([key, { policies }]) => [`clause ${key}`, policies.some(isHere)] as const,
    ),
    ...[...model.members.entries()].map(
      ([key, member]) => [`member ${key}`, groupsOf(member).some((group) => asks(group, member.domain))] as const,
    ),
  ])
}
