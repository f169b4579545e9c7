import {
  type AppContext,
  collection,
  defineApp,
  type FlowBuilder,
  type IntegrationStages,
  integration,
  matchField,
  model,
  networkMask,
  openflow,
  output,
  type PacketInView,
  type PacketSource,
  type PolicyRuleFact,
  partsKey,
  policyScope,
  portMask,
  scopeKey,
  setField,
} from '../../../controller/index.ts'
import { describe } from './describe.ts'
import { field, hasMark, inDomain, mark, markAs, peerIs } from './marks.ts'
import { CtState, matchesOf } from './matches.ts'
import { onward, orientationFlows, passageFlows, restFlows, trackingFlows } from './pipeline.ts'
import { rankOf, rankOfClause } from './ranks.ts'
import { answerTo } from './reject.ts'

const { NO_BUFFER, Port } = openflow

/** Reports of one rule within a second; of more, only the number. */
const reportsPerSecond = 5

/** Reports of a rule in one second. */
interface Told {
  readonly second: number
  readonly times: number
}

const collections = {
  policed: model.policed,
  members: model.members,
  policyRules: model.policyRules,
  policyClauses: model.policyClauses,
  policyParts: model.policyParts,
  scopes: model.scopes,
  told: collection<Told>(),
}
type Context = AppContext<typeof collections>

const nameOf = ({ policy, rule }: PolicyRuleFact): string => `policy ${policy}: ${rule}`

const newConnection = field('ctState', {
  value: CtState.NEW | CtState.TRACKED,
  mask: CtState.NEW | CtState.TRACKED | CtState.INVALID,
})

type Passed = IntegrationStages['passed']
type Begin = (match: openflow.Match, rank: number) => FlowBuilder<'passed'>

/** Whether it matches what comes back on connections, and so none of their first packets. */
const isAnswer = (match: openflow.Match): boolean => {
  const state = matchField(match, 'ctState')
  return (Number(state?.value ?? 0) & CtState.REPLY) !== 0
}

/** What one match of a rule does. */
const flowsOf = (rule: PolicyRuleFact, begin: Begin, passed: Passed, match: openflow.Match): FlowBuilder[] => {
  const { action, audit, log } = rule
  const flow = begin(match, rankOf(rule))
  if (audit) {
    const noted = flow.apply(mark('auditing', 0))
    return [log && action !== 'allow' ? noted.punt() : noted]
  }
  if (action !== 'allow') {
    const refused = flow.drop(nameOf(rule))
    return [log || action === 'reject' ? refused.punt() : refused]
  }
  if (!log || isAnswer(match)) return [flow.goto(passed)]
  const first = [...match.filter((oxm) => oxm.field.key !== 'ctState'), newConnection]
  const reported = begin(first, rankOf(rule) + 1).punt()
  return [flow.goto(passed), reported.goto(passed)]
}

/**
 * A firewall on every host: what ports send and receive is judged where they are, connection by
 * connection, in both directions. A connection that is allowed no more is cut with its next packet.
 */
export default defineApp({
  name: 'firewall',
  bridge: 'integration',
  pipeline: integration.stages,
  collections,
  punts: { packetsPerSecond: 100 },
  rules: {
    /** The way to the rules, and on from them. */
    pipeline: {
      flows: ({ stages }) => [
        ...trackingFlows(stages),
        ...orientationFlows(stages),
        ...restFlows(stages),
        ...passageFlows(stages),
      ],
    },
    /** What a port sends and receives goes through the firewall, where policies concern it. */
    port: {
      each: 'policed',
      on: ({ dpid }) => dpid,
      flows: (port, { stages: { track, trackIn, conntrack } }) => [
        track
          .matching([field('reg1', { value: port.ofport, mask: portMask })])
          .apply(...markAs(port, 0))
          .goto(conntrack),
        trackIn
          .matching([field('reg2', { value: port.ofport, mask: portMask })])
          .apply(...markAs(port, 1))
          .goto(conntrack),
      ],
    },
    /** Groups that an address is in, on hosts with ports that it can reach and whose rules ask for one of the groups. */
    member: {
      each: 'members',
      within: ({ scopes }) => scopes,
      flows: ({ domain, address, tenant, groups }, { stages: { peers } }) => [
        peers
          .matching([inDomain(domain), ...peerIs(address)])
          .apply(setField('xxreg3', groups), mark('peerTenant', tenant)),
      ],
    },
    /** One thing on one side of rules that name many on several, for those of the host. */
    clause: {
      each: 'policyClauses',
      within: ({ policies }) => policies.map(policyScope),
      flows: ({ asked, policies }, { stages: { policyOut, policyIn }, switch: { dpid }, view }, key) => {
        const stage = asked.direction === 'out' ? policyOut : policyIn
        const here = policies.filter((policy) => view.scopes.has(scopeKey(policyScope(policy), dpid)))
        const parts = here.flatMap((policy) => view.policyParts.get(partsKey(key, policy)) ?? [])
        const conjunctions = parts.map((part) => ({ type: 'conjunction', ...part }) as const)
        return matchesOf(asked).map((match) => stage.matching(match, rankOfClause(asked)).apply(...conjunctions))
      },
    },
    /** One rule, on hosts with ports that its policy concerns; each of its flows counts. */
    rule: {
      each: 'policyRules',
      within: ({ policy }) => [policyScope(policy)],
      flows: (rule, { stages: { policyOut, policyIn, passed } }) => {
        const begin: Begin = (match, rank) =>
          rule.direction === 'out' ? policyOut.matching(match, rank) : policyIn.matching(match, rank)
        return matchesOf(rule).flatMap((match) => flowsOf(rule, begin, passed, match))
      },
    },
  },
  /** A packet that a rule rejects is answered; one of a rule that logs is told of. */
  packetIn(punted, from, context) {
    const rules = context.madeBy(punted).flatMap(({ object }) => context.collections.policyRules.get(object) ?? [])
    const [rule] = rules
    if (!rule) return
    if (rule.log) report(rule, punted, from, context)
    if (rule.action === 'reject' && !rule.audit) reject(punted, from, context)
  },
})

const wordOf = (match: openflow.Match, key: openflow.FieldKey): number => Number(matchField(match, key)?.value ?? 0)

/** Answers who sent a packet: a port of this host directly; others the way that the port's own packets take. */
const reject = (punted: PacketInView, { dpid }: PacketSource, { send }: Context): void => {
  const data = answerTo(punted.data())
  if (!data) return
  const match = punted.match()
  const isIncoming = hasMark(BigInt(matchField(match, 'metadata')?.value ?? 0), 'incoming')
  const actions: openflow.Action[] = isIncoming
    ? [setField('reg0', wordOf(match, 'reg0') & networkMask), onward]
    : [output(wordOf(match, 'reg1') & portMask)]
  send(dpid, { type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, actions, data })
}

/** Tells of a packet, a few times each second for each rule. */
const report = (rule: PolicyRuleFact, punted: PacketInView, { name }: PacketSource, context: Context): void => {
  const { told } = context.collections
  const key = nameOf(rule)
  const second = Math.floor(performance.now() / 1000)
  const last = told.get(key)
  const times = last?.second === second ? last.times + 1 : 1
  told.set(key, { second, times })
  if (times > reportsPerSecond) return
  const { action, audit } = rule
  const verdict = audit ? `would ${action}` : action
  context.log(`${key}: ${verdict} ${describe(punted.data())}`, { dpid: name, policy: rule.policy, rule: rule.rule })
}
