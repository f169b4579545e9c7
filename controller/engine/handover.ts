import type { MeterEntry } from '../flow/index.ts'
import type { Owner } from './desired.ts'
import type { Owners } from './owners.ts'
import { nothing, type Place } from './unit.ts'
import { exchange } from './wanted.ts'

/** The units of one version of an app. */
export interface Version {
  readonly places: ReadonlyMap<bigint, Place>
  /** The same for all versions that follow one another. */
  readonly owners: Owners
  readonly punts: MeterEntry | undefined
  readonly puntOwner: Owner
}

/** Has a version's meter for punts stand where switches can have one. */
export const claimPunts = ({ target }: Place, { punts, puntOwner }: Version): void => {
  const { desired, metersPunts, metersFlows } = target
  if (punts && (metersPunts || metersFlows)) desired.meters.add(punts.id, { thing: punts, owner: puntOwner })
}

export const dropPunts = ({ target: { desired } }: Place, { punts, puntOwner }: Version): void => {
  if (punts) desired.meters.remove(punts.id, puntOwner)
}

/** Claims all that a new version wants in the place of what the old one has. */
function* claimAll(next: Version, old: Version | undefined): Generator<void> {
  for (const [dpid, place] of next.places) {
    claimPunts(place, next)
    const there = old?.places.get(dpid)
    // A switch that has come back has another table.
    const before = there?.target.desired === place.target.desired ? there : undefined
    for (const unit of place.units.values()) {
      const known = before?.units.get(unit.owner)
      exchange(place.target.desired, unit.owner, known?.wanted ?? nothing, unit.wanted)
      if (known) known.wanted = nothing
      yield
    }
  }
}

/**
 * Takes away what an old version wants and the new one, if there is one, does not; one unit at a step.
 *
 * @param isHeld whether the old one never came into force, so that all claims are another's
 */
export function* dropRest(old: Version, next: Version | undefined, isHeld: boolean): Generator<void> {
  for (const place of old.places.values()) {
    if (!isHeld && !next?.punts) dropPunts(place, old)
    for (const unit of place.units.values()) {
      if (!isHeld) exchange(place.target.desired, unit.owner, unit.wanted, nothing)
      unit.wanted = nothing
      old.owners.release(unit.owner)
      yield
    }
  }
}

/** Puts a version whose rules have been evaluated in the place of another, one unit at a step. */
export function* handOver(next: Version, old: Version | undefined): Generator<void> {
  yield* claimAll(next, old)
  if (old) yield* dropRest(old, next, false)
}
