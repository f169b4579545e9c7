import type { App } from './app.ts'
import { AppInstance, type InstanceOptions } from './app-instance.ts'
import { type Claims, DesiredTable } from './desired.ts'
import type { LiveSwitch } from './live-switch.ts'
import { type Operation, type Transaction, transactionOf } from './transaction.ts'

/** What would be sent to one switch, in order. */
export interface SwitchPlan {
  readonly dpid: bigint
  readonly operations: readonly Operation[]
}

/** Takes over the claims of another table, but for those of one app. */
const copyClaims = <K, T>(from: Claims<K, T>, to: Claims<K, T>, without: string | undefined): void => {
  for (const [key, claim] of from.entries()) if (claim.owner.app !== without) to.add(key, claim)
  for (const [key, claims] of from.conflicts()) {
    for (const claim of claims) if (claim.owner.app !== without) to.add(key, claim)
  }
}

const copyOf = (table: DesiredTable, without: string): DesiredTable => {
  const copy = new DesiredTable()
  copyClaims(table.flows, copy.flows, without)
  copyClaims(table.groups, copy.groups, without)
  copyClaims(table.meters, copy.meters, without)
  return copy
}

const allOf = ({ metersFirst, bundled, metersLast }: Transaction): Operation[] => [
  ...metersFirst,
  ...bundled,
  ...metersLast,
]

/** What makes a switch that holds `now` hold what `next` wants. */
const difference = (now: DesiredTable, next: DesiredTable): Operation[] => {
  const changes = { flows: new Map(), groups: new Map(), meters: new Map() }
  for (const kind of ['flows', 'groups', 'meters'] as const) {
    for (const [key] of next[kind].entries()) changes[kind].set(key, now[kind].get(key as never))
    for (const [key, claim] of now[kind].entries()) changes[kind].set(key, claim)
  }
  return allOf(transactionOf(changes, next))
}

/**
 * What loading an app would change, switch by switch, by evaluating it beside the others in copies
 * of their tables. Nothing is sent, also not what the app itself would send.
 *
 * @throws Error what the app's rules threw
 */
export const planOf = (
  app: App,
  live: Iterable<LiveSwitch>,
  options: Pick<InstanceOptions, 'epoch' | 'firstTable' | 'config' | 'kept' | 'model'>,
): SwitchPlan[] => {
  const silent = { switches: new Map<bigint, LiveSwitch>(), changed: () => undefined, report: () => undefined }
  const instance = new AppInstance(app, { ...options, ...silent, held: true })
  const drafts = [...live]
    .filter(({ view }) => instance.isFor(view.dpid))
    .map((one) => ({ one, next: copyOf(one.desired, app.name) }))
  for (const { one, next } of drafts) instance.addSwitch({ ...one, desired: next })
  if (!options.kept) for (const { one } of drafts) instance.switchUp(one.view)
  try {
    instance.evaluate()
    if (instance.failure !== undefined) throw new Error(`app ${app.name} would not be loaded: ${instance.failure}`)
    instance.takeOver(undefined)
    instance.evaluate()
    return drafts.map(({ one, next }) => ({ dpid: one.view.dpid, operations: difference(one.desired, next) }))
  } finally {
    instance.clear()
  }
}
