import { appNumber, describeFlow, Flow, GroupEntry, MeterEntry, MeterFlags, ownMeters } from '../flow/index.ts'
import type { Wanted } from './app.ts'
import type { Claims, DesiredTable, Owner } from './desired.ts'
import { keyOf, type Thing } from './transaction.ts'

/** An app's rule failed for one object; nothing of its result is used. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
}

/** Bytes per second do not matter to a controller; packets do. */
const puntFlags = MeterFlags.PKTPS | MeterFlags.BURST

/** The meter that an app's punts pass through. */
export const puntMeter = (app: string, rate: number): MeterEntry =>
  new MeterEntry(
    {
      meterId: ownMeters.first + appNumber(app),
      flags: puntFlags,
      bands: [{ type: 'drop', rate, burstSize: rate }],
    },
    'more packets for the controller than it takes',
  )

/** Among which of what a switch holds a thing is. */
export const kindOf = (thing: Thing): 'flows' | 'groups' | 'meters' => {
  if (thing instanceof GroupEntry) return 'groups'
  return thing instanceof MeterEntry ? 'meters' : 'flows'
}

/** The claims among which those of a thing are. */
export const claimsOf = (desired: DesiredTable, thing: Thing): Claims<string | number, Thing> =>
  desired[kindOf(thing)] as Claims<string | number, Thing>

/** Which flow it is, for who wrote the rule. */
const textOf = (flow: Flow): string => {
  const { table, priority, match } = describeFlow(flow, 0, 0)
  return [`table=${table}`, `priority=${priority}`, ...(match === '' ? [] : [match])].join(',')
}

const expected = 'a list of flows, groups and meters is expected'

const built = (one: Wanted): Thing => {
  // Apps may be JavaScript: what they give is not what their types say.
  if (typeof one !== 'object' || one === null) throw new TypeError(`flows gave ${one} in its list: ${expected}`)
  return 'build' in one ? one.build() : one
}

/**
 * What a rule gave, encoded.
 *
 * @throws TypeError where it gave something else than flows, groups and meters
 * @throws RangeError where it gave two flows with the same match, table and priority
 */
export const thingsOf = (wanted: readonly Wanted[]): readonly Thing[] => {
  if (!Array.isArray(wanted)) throw new TypeError(`flows gave no list: ${expected}`)
  const things = wanted.map(built)
  if (things.length <= 1) return things
  const byKey = new Map(things.map((thing) => [keyOf(thing), thing]))
  if (byKey.size === things.length) return things
  for (const thing of things) {
    if (!(thing instanceof Flow) || byKey.get(thing.key) === thing) continue
    throw new RangeError(`two flows with the same match, table and priority: ${textOf(thing)}`)
  }
  return [...byKey.values()]
}

/** Why a flow drops, which no switch is told. */
const dropOf = (thing: Thing): string | undefined => ('key' in thing ? thing.drop : undefined)

const find = (things: readonly Thing[], key: string | number): Thing | undefined => {
  for (const thing of things) if (keyOf(thing) === key) return thing
  return undefined
}

/** Things up to which looking through them all is quicker than a map of them. */
const few = 8

const finder = (things: readonly Thing[]): ((key: string | number) => Thing | undefined) => {
  if (things.length <= few) return (key) => find(things, key)
  const byKey = new Map(things.map((thing) => [keyOf(thing), thing]))
  return (key) => byKey.get(key)
}

/** Claims what is new or different, lets go of what is no longer wanted, leaves the rest alone. */
export const exchange = (desired: DesiredTable, owner: Owner, old: readonly Thing[], next: readonly Thing[]): void => {
  const inNext = finder(next)
  for (const thing of old) if (!inNext(keyOf(thing))) claimsOf(desired, thing).remove(keyOf(thing), owner)
  const inOld = finder(old)
  for (const thing of next) {
    const key = keyOf(thing)
    const known = inOld(key)
    if (known?.effect !== thing.effect || dropOf(known) !== dropOf(thing))
      claimsOf(desired, thing).add(key, { thing, owner })
  }
}
