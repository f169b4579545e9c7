import type { Action } from './actions.ts'

/** Runs `actions` on a copy of the packet, leaving the packet and its state as they were. */
export interface CloneAction {
  readonly type: 'clone'
  readonly actions: readonly Action[]
}

/** An action that holds actions. */
export type NestingAction = CloneAction
