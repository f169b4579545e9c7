import type { Collections, RuleContext, SwitchView } from './app.ts'
import type { DesiredTable, Owner } from './desired.ts'
import type { Fact } from './readers.ts'
import type { Thing } from './transaction.ts'

/** A switch that rules are evaluated for. */
export interface Target {
  readonly view: SwitchView
  readonly desired: DesiredTable
  /** Whether the switch has meters that packet-ins can pass through. */
  readonly metersPunts: boolean
  /** Whether it has meters that flows can pass through, those that do nothing but punt. */
  readonly metersFlows?: boolean
  /** Whether it can make flows by itself, with Open vSwitch's extensions. */
  readonly learns?: boolean
}

export type Context = RuleContext<readonly string[], Collections>

/** A switch with all units for it. */
export interface Place {
  readonly target: Target
  readonly context: Context
  readonly units: Map<Owner, Unit>
}

/** One rule for one object on one switch: what it wants, and what it read to know. */
export interface Unit {
  readonly owner: Owner
  readonly place: Place
  reads: readonly Fact<Unit>[]
  wanted: readonly Thing[]
}

/** There may be a million units: those that want or read nothing share it. */
export const nothing: readonly never[] = []

/** A switch that meters all punts can make flows by itself, too. */
export type Ability = 'metered' | 'learning' | 'metering' | 'plain'

export const abilityOf = ({ metersPunts, metersFlows = false, learns = false }: Target): Ability => {
  if (metersPunts) return 'metered'
  if (learns) return 'learning'
  return metersFlows ? 'metering' : 'plain'
}
