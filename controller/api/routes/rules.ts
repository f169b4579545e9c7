import Type from 'typebox'
import { integrationTable, type LiveSwitch, readStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { findSwitches } from '../find.ts'
import { closed, Dpid } from '../schemas.ts'

const RulesQuery = closed({
  policy: Type.Optional(Type.String()),
  dpid: Type.Optional(Dpid),
})

const Rule = Type.Object({
  policy: Type.String(),
  rule: Type.String({ description: 'its name, or what it says; default in and default out for the rest' }),
  tier: Type.String(),
  direction: Type.String(),
  action: Type.String(),
  priority: Type.Optional(Type.Integer({ description: 'left out for the rest' })),
  audited: Type.Boolean({ description: 'whether it only counts what it would do' }),
  log: Type.Boolean(),
  packets: Type.Optional(
    Type.Number({ description: 'of connections that it decides, both ways; left out where no switch says' }),
  ),
  bytes: Type.Optional(Type.Number()),
})

interface Sum {
  packets: number
  bytes: number
}

/** Tables that hold rules. */
const tables = [integrationTable('policyOut'), integrationTable('policyIn')]

/** Adds what one switch has counted to the sums of rules; says whether it did. */
const addUp = async (live: LiveSwitch, sums: Map<string, Sum>): Promise<boolean> => {
  // One switch that does not answer must not hide what the others have counted.
  const counted = await Promise.all(tables.map((table) => readStatistics(live, table))).catch(() => undefined)
  if (!counted) return false
  for (const [key, { packets, bytes }] of counted.flatMap((flows) => [...flows])) {
    const owner = live.desired.flows.get(key)?.owner
    if (owner?.app !== 'firewall') continue
    const sum = sums.get(owner.object) ?? { packets: 0, bytes: 0 }
    sums.set(owner.object, sum)
    sum.packets += Number(packets)
    sum.bytes += Number(bytes)
  }
  return true
}

/** Rules of the firewall, with what hosts have counted of each. */
export const rules = (api: Api, context: ApiContext): void => {
  const { model } = context.engine
  api.get(
    '/v1/rules',
    {
      schema: {
        summary: 'Rules of the firewall, with the packets that each has decided about',
        querystring: RulesQuery,
        response: { 200: Type.Array(Rule) },
      },
    },
    async ({ query: { policy, dpid } }) => {
      const sums = new Map<string, Sum>()
      const hosts = findSwitches(context, dpid).filter(({ view }) => model.isIntegration(view.dpid))
      const said = await Promise.all(hosts.map((live) => addUp(live, sums)))
      const isCounted = said.some(Boolean)
      return [...model.policyRules.entries()]
        .filter(([, rule]) => policy === undefined || rule.policy === policy)
        .map(([key, { policy: id, rule, tier, direction, action, priority, audit, log }]) => ({
          ...{ policy: id, rule, tier, direction, action, audited: audit, log },
          ...(priority === undefined ? {} : { priority }),
          ...(isCounted ? (sums.get(key) ?? { packets: 0, bytes: 0 }) : {}),
        }))
    },
  )
}
