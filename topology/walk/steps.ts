import type { HeldFlow, Maker } from './world.ts'

/** One table that a packet met on one host. */
export interface Step {
  readonly table: number
  /** The flow in ovs-ofctl's syntax, or `no match`. */
  readonly flow: string
  /** How deep in resubmits and the like, from 0. */
  readonly depth: number
  /** What was done, in order, with a reason where it had no effect. */
  readonly actions: readonly string[]
  readonly matched: boolean
  /** Who made the flow. */
  readonly maker?: Maker
  readonly held?: HeldFlow
  /** Of a flow that drops: the name, empty where it has none. */
  readonly drop?: string
}

/** What became of a packet, or of a copy, on one host. */
export type End =
  | { readonly is: 'delivered'; readonly port: string; readonly ofport: number; readonly frame: Uint8Array }
  /** Out of the port that it came from. */
  | { readonly is: 'back'; readonly ofport: number; readonly frame: Uint8Array }
  | {
      readonly is: 'tunnelled'
      readonly to: string
      readonly type: string
      readonly vni: number
      readonly frame: Uint8Array
    }
  /** Out of a port that is no container's. */
  | {
      readonly is: 'left'
      readonly name: string
      readonly ofport: number
      /** The physical network that the port leads to. */
      readonly physical?: string
      readonly frame: Uint8Array
    }
  | { readonly is: 'punted'; readonly frame: Uint8Array; readonly step?: Step }
  | { readonly is: 'dropped'; readonly drop: string; readonly step: Step }
  | { readonly is: 'lost'; readonly why: string; readonly step?: Step }

/** The end that a step itself is, if it is one. */
export const endOf = (step: Step): End | undefined => {
  if (step.drop !== undefined) return { is: 'dropped', drop: step.drop, step }
  if (!step.matched) return { is: 'lost', why: `no flow of table ${step.table} matches`, step }
  return undefined
}
