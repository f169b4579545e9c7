import type { App } from './app.ts'
import { AppInstance, type InstanceOptions } from './app-instance.ts'
import { type Changes, type Claims, DesiredTable } from './desired.ts'
import { evaluateGradually, gradually, leaveGradually } from './evaluation.ts'
import type { Version } from './handover.ts'
import type { LiveSwitch } from './live-switch.ts'
import { keyOf, type Operation, type Thing, type Transaction, transactionSteps } from './transaction.ts'
import { claimsOf, kindOf } from './wanted.ts'

/** What would be sent to one switch, in order. */
export interface SwitchPlan {
  readonly dpid: bigint
  readonly operations: readonly Operation[]
}

const allOf = ({ metersFirst, bundled, metersLast }: Transaction): Operation[] => [
  ...metersFirst,
  ...bundled,
  ...metersLast,
]

/** All that a version wants in a switch. */
function* thingsOf({ places, punts }: Version, dpid: bigint): Generator<Thing> {
  if (punts) yield punts
  for (const { wanted } of places.get(dpid)?.units.values() ?? []) yield* wanted
}

/** What is wanted of a switch, were the claims of one app others: the keys that this concerns, and who has them then. */
class Outlook {
  readonly after = new DesiredTable()
  readonly changes: Changes = { flows: new Map(), groups: new Map(), meters: new Map() }
  private readonly app: string
  private readonly now: DesiredTable

  constructor(app: string, now: DesiredTable) {
    this.app = app
    this.now = now
  }

  /** The app would claim all that is wanted in this table. */
  *add({ flows, groups, meters }: DesiredTable): Generator<void> {
    for (const claims of [flows, groups, meters] as readonly Claims<string | number, Thing>[]) {
      for (const [key, claim] of claims.entries()) {
        this.look(claim.thing)
        claimsOf(this.after, claim.thing).add(key, claim)
        yield
      }
    }
  }

  /** The app would let go of this, where it does not claim it again. */
  *drop(things: Iterable<Thing>): Generator<void> {
    for (const thing of things) {
      this.look(thing)
      yield
    }
  }

  /** Takes a key into account: other apps claim it as they do now. */
  private look(thing: Thing): void {
    const { after, app, changes, now } = this
    const key = keyOf(thing)
    const noted = changes[kindOf(thing)] as Map<string | number, unknown>
    if (noted.has(key)) return
    const current = claimsOf(now, thing)
    noted.set(key, current.get(key))
    for (const claim of current.claimsOf(key)) if (claim.owner.app !== app) claimsOf(after, thing).add(key, claim)
  }
}

/** What makes a switch that holds `now` hold what it should once an app wants `next`, a step at a time. */
function* difference(
  now: DesiredTable,
  next: DesiredTable,
  app: string,
  wanted: Iterable<Thing>,
): Generator<void, Operation[]> {
  const outlook = new Outlook(app, now)
  yield* outlook.add(next)
  yield* outlook.drop(wanted)
  outlook.after.takeChanges()
  return allOf(yield* transactionSteps(outlook.changes, outlook.after))
}

/** Nobody is told of what happens in a draft, and nothing is sent. */
const silent = { switches: new Map<bigint, LiveSwitch>(), changed: () => undefined, report: () => undefined }

/**
 * What loading an app would change, switch by switch, by evaluating it beside the one in force, a slice
 * at a time. Nothing is sent, also not what the app itself would send.
 *
 * @throws Error what the app's rules threw
 */
export const planOf = async (
  app: App,
  live: Iterable<LiveSwitch>,
  options: Pick<InstanceOptions, 'epoch' | 'firstTable' | 'config' | 'kept' | 'model'>,
): Promise<SwitchPlan[]> => {
  const { kept } = options
  const instance = new AppInstance(app, { ...options, ...silent, held: true, tried: true })
  const drafts = [...live]
    .filter(({ view }) => instance.isFor(view))
    .map((one) => ({ ...one, now: one.desired, desired: new DesiredTable() }))
  for (const draft of drafts) instance.addSwitch(draft)
  if (!kept) for (const { view } of drafts) instance.switchUp(view)
  try {
    await evaluateGradually(instance)
    if (instance.failure !== undefined) throw new Error(`app ${app.name} would not be loaded: ${instance.failure}`)
    instance.units.takeOver(undefined)
    await evaluateGradually(instance)
    const plans: SwitchPlan[] = []
    for (const { now, desired, view } of drafts) {
      const wanted = kept ? thingsOf(kept.units, view.dpid) : []
      plans.push({ dpid: view.dpid, operations: await gradually(difference(now, desired, app.name, wanted)) })
    }
    return plans
  } finally {
    await leaveGradually(instance)
  }
}
