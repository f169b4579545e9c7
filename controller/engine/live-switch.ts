import type { Session } from '../switch/index.ts'
import type { PacketSource } from './app.ts'
import type { DesiredTable } from './desired.ts'
import type { Keeper } from './keeper.ts'

/** What happens in an engine, for logs and for people. None of these may throw. */
export type Report = (
  level: 'info' | 'warn' | 'error',
  message: string,
  about?: Readonly<Record<string, unknown>>,
) => void

/** A connected switch. */
export interface LiveSwitch {
  readonly view: PacketSource
  readonly session: Session
  readonly desired: DesiredTable
  readonly keeper: Keeper
  readonly metersPunts: boolean
  readonly learns: boolean
}
