// How groups, policies of the firewall and profiles for bandwidth are shown.
import Type from 'typebox'
import type { Entities, Held } from '../../../state/index.ts'
import type { ApiContext } from '../../context.ts'
import { given, tail, tailOf } from './parts.ts'

export const GroupView = Type.Object({
  id: Type.String(),
  tenant: Type.Optional(Type.String()),
  ports: Type.Integer(),
  policies: Type.Array(Type.String()),
  tenantNumber: Type.Integer({ description: 'what flows know the tenant by' }),
  bit: Type.Integer({ description: 'what flows know the group by, in its tenant' }),
  ...tail,
})

export const PolicyView = Type.Object({
  id: Type.String(),
  tier: Type.String({ description: 'operator or tenant' }),
  groups: Type.Array(Type.String()),
  networks: Type.Array(Type.String()),
  rules: Type.Integer(),
  default: Type.Object({ out: Type.Optional(Type.String()), in: Type.Optional(Type.String()) }),
  audit: Type.Boolean(),
  ...tail,
})

const Rate = Type.Object({
  kbps: Type.Optional(Type.Integer({ description: '1,000 bits each second' })),
  pps: Type.Optional(Type.Integer({ description: 'packets each second' })),
})

export const QosView = Type.Object({
  id: Type.String(),
  out: Type.Optional(Rate),
  in: Type.Optional(Rate),
  dscp: Type.Optional(Type.Integer()),
  ports: Type.Integer({ description: 'that name it' }),
  networks: Type.Array(Type.String()),
  routers: Type.Array(Type.String()),
  ...tail,
})

export const groupView = ({ intents: { table } }: ApiContext, id: string, held: Held<Entities['group']>) => {
  const { tenant: tenantNumber = 0, bit = 0 } = table.get('groupNumber', id)?.value ?? {}
  return {
    ...{ id, ...given({ tenant: held.value.tenant }) },
    ports: table.users('port', 'group', id).size,
    policies: [...table.users('policy', 'group', id)].sort(),
    ...{ tenantNumber, bit, ...tailOf(held) },
  }
}

export const policyView = (_context: ApiContext, id: string, held: Held<Entities['policy']>) => {
  const { tier = 'tenant', groups = [], networks = [], rules, audit = false, default: usual = {} } = held.value
  const has = (direction: 'out' | 'in'): boolean => rules.some((rule) => rule.direction === direction)
  const usually = (direction: 'out' | 'in') => usual[direction] ?? (has(direction) ? 'drop' : undefined)
  return {
    ...{ id, tier, groups, networks, rules: rules.length, audit },
    default: given({ out: usually('out'), in: usually('in') }),
    ...tailOf(held),
  }
}

export const qosView = ({ intents: { table } }: ApiContext, id: string, held: Held<Entities['qos']>) => ({
  ...{ id, ...given(held.value) },
  ports: table.users('port', 'qos', id).size,
  networks: [...table.users('network', 'qos', id)].sort(),
  routers: [...table.users('router', 'qos', id)].sort(),
  ...tailOf(held),
})
