import type { Subfield } from '../fields/subfield.ts'
import type { Action } from './actions.ts'

/** Runs `actions` on a copy of the packet, leaving the packet and its state as they were. */
export interface CloneAction {
  readonly type: 'clone'
  readonly actions: readonly Action[]
}

/** Sends the packet to the connection tracker. */
export interface CtAction {
  readonly type: 'ct'
  readonly flags: number
  /** A number, or 16 bits of the packet that hold it. */
  readonly zone: number | Subfield
  /** Where a copy of the packet goes on, with its connection's state; NO_TABLE for nowhere. */
  readonly table: number
  /** Port of the protocol whose helper finds related connections, such as 21 for FTP; 0 for none. */
  readonly alg: number
  /** Run on the connection: nat, and writes to ct_mark and ct_label. */
  readonly actions: readonly Action[]
}

/** An action that holds actions. */
export type NestingAction = CloneAction | CtAction
