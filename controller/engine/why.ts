import { decodeCookie, describeFlow, describeParts, type FlowQuery, meant, parseFlowQuery } from '../flow/index.ts'
import type { Owner } from './desired.ts'
import type { Engine } from './engine.ts'
import type { LiveSwitch } from './live-switch.ts'

/** Why a switch holds a flow. */
export interface Finding {
  readonly dpid: bigint
  /** Whether the app wants it now, the switch refused it, somebody else made it, it is kept for an app that is missing, or only its cookie is known. */
  readonly is: 'wanted' | 'overruled' | 'refused' | 'foreign' | 'kept' | 'cookie'
  /** Empty where somebody else made it. */
  readonly app: string
  readonly rule: string
  /** Empty for rules about a switch itself. */
  readonly object: string
  readonly cookie: bigint
  /** The name of the drop, where it is one. */
  readonly drop: string | undefined
  /** The flow, as ovs-ofctl takes it; empty where only its cookie is known. */
  readonly flow: string
}

export const cookieOf = ({ cookieHigh, cookieLow }: Owner): bigint => (BigInt(cookieHigh) << 32n) | BigInt(cookieLow)

const matches = (query: FlowQuery, cookie: bigint): boolean => query.cookie === undefined || query.cookie === cookie

const nobody = { app: '', rule: '', object: '', drop: undefined } as const

const claimed = (live: LiveSwitch, query: FlowQuery): Finding[] => {
  const { flows } = live.desired
  const lists = [
    ...[...flows.entries()].map(([, claim]) => ['wanted', [claim]] as const),
    ...[...flows.conflicts()].map(([, claims]) => ['overruled', claims] as const),
    ...[...flows.refused()].map(([, claims]) => ['refused', claims] as const),
  ]
  return lists.flatMap(([is, claims]) =>
    claims
      .filter(({ thing, owner }) => matches(query, cookieOf(owner)) && meant(query, thing))
      .map(({ thing, owner }) => ({
        ...{ dpid: live.view.dpid, is, app: owner.app, rule: owner.rule, object: owner.object },
        cookie: cookieOf(owner),
        drop: thing.drop,
        flow: describeFlow(thing, owner.cookieHigh, owner.cookieLow).text,
      })),
  )
}

const foreign = (live: LiveSwitch, query: FlowQuery): Finding[] =>
  [...live.keeper.foreign]
    .filter(([key, flow]) => matches(query, flow.cookie) && meant(query, { key, ...idOf(flow) }))
    .map(([, flow]) => ({
      ...nobody,
      ...{ dpid: live.view.dpid, is: 'foreign', cookie: flow.cookie, flow: describeParts(flow).text },
    }))

const kept = ({ missing }: Engine, live: LiveSwitch, query: FlowQuery): Finding[] =>
  [...live.keeper.kept]
    .filter(([key, flow]) => matches(query, flow.cookie) && meant(query, { key, ...idOf(flow) }))
    .map(([, flow]) => ({
      ...{ ...nobody, app: missing.nameOf(Number(flow.cookie >> 32n)) ?? '' },
      ...{ dpid: live.view.dpid, is: 'kept', cookie: flow.cookie, flow: describeParts(flow).text },
    }))

const idOf = ({ tableId, priority }: { tableId: number; priority: number }) => ({ tableId, priority })

/** What a cookie of ours says, though no flow with it is wanted there now. */
const known = (engine: Engine, dpid: bigint, cookie: bigint): Finding[] =>
  [...engine.apps.values()]
    .filter((app) => app.made({ cookie }))
    .flatMap((app) => app.units.ownersOf(decodeCookie(cookie).unit))
    .map(({ app, rule, object }) => ({ dpid, is: 'cookie', app, rule, object, cookie, drop: undefined, flow: '' }))

/**
 * Leads from a flow back to what made it.
 *
 * @param text a cookie, or a flow in ovs-ofctl's syntax, such as a line that dump-flows printed
 * @throws TextSyntaxError naming the part of the text that is wrong
 */
export const why = (engine: Engine, live: LiveSwitch, text: string): Finding[] => {
  const query = parseFlowQuery(text)
  const found = [...claimed(live, query), ...foreign(live, query), ...kept(engine, live, query)]
  return found.length === 0 && query.cookie !== undefined ? known(engine, live.view.dpid, query.cookie) : found
}
