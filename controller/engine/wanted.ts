import { appNumber, type Flow, GroupEntry, MeterEntry, MeterFlags, ownMeters } from '../flow/index.ts'
import type { Wanted } from './app.ts'
import type { Owner } from './desired.ts'

/** An app's rule failed for one object; nothing of its result is used. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
}

/** Bytes per second do not matter to a controller; packets do. */
const puntFlags = MeterFlags.PKTPS | MeterFlags.BURST

/** The meter that an app's punts pass through. */
export const puntMeter = (app: string, rate: number): MeterEntry =>
  new MeterEntry({
    meterId: ownMeters.first + appNumber(app),
    flags: puntFlags,
    bands: [{ type: 'drop', rate, burstSize: rate }],
  })

/** What a rule wants, by kind and key. */
export interface ByKind {
  readonly flows: ReadonlyMap<string, Flow>
  readonly groups: ReadonlyMap<number, GroupEntry>
  readonly meters: ReadonlyMap<number, MeterEntry>
}

/** Nothing wanted. */
export const nothing: ByKind = { flows: new Map(), groups: new Map(), meters: new Map() }

/** What a rule gave, by kind and key. */
export const byKind = (wanted: readonly Wanted[]): ByKind => {
  const flows = new Map<string, Flow>()
  const groups = new Map<number, GroupEntry>()
  const meters = new Map<number, MeterEntry>()
  for (const one of wanted) {
    if (one instanceof GroupEntry) groups.set(one.id, one)
    else if (one instanceof MeterEntry) meters.set(one.id, one)
    else {
      const flow = one.build()
      if (flows.has(flow.key)) throw new RangeError('two flows with the same match, table and priority')
      flows.set(flow.key, flow)
    }
  }
  // Most rules give flows only, and there may be a million of them: they share what is empty.
  return {
    flows,
    groups: groups.size === 0 ? nothing.groups : groups,
    meters: meters.size === 0 ? nothing.meters : meters,
  }
}

interface Table<K, T> {
  add(key: K, claim: { thing: T; owner: Owner }): void
  remove(key: K, owner: Owner): void
}

/** Claims what is new or different, lets go of what is no longer wanted, leaves the rest alone. */
export const exchange = <K, T extends { readonly effect: string }>(
  table: Table<K, T>,
  owner: Owner,
  old: ReadonlyMap<K, T>,
  next: ReadonlyMap<K, T>,
): void => {
  for (const key of old.keys()) if (!next.has(key)) table.remove(key, owner)
  for (const [key, thing] of next) if (old.get(key)?.effect !== thing.effect) table.add(key, { thing, owner })
}
