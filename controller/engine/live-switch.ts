import { Reply13, type Session } from '../switch/index.ts'
import type { PacketSource } from './app.ts'
import { DesiredTable } from './desired.ts'
import { Keeper, type KeeperEvents, type KeeperOptions } from './keeper.ts'

/** What happens in an engine, for logs and for people. None of these may throw. */
export type Report = (
  level: 'info' | 'warn' | 'error',
  message: string,
  about?: Readonly<Record<string, unknown>>,
) => void

/** Why a switch cannot be the integration bridge of a host. */
export const lacksNicira =
  "it lacks Open vSwitch's extensions (registers, move, resubmit), by which networks are kept apart; it holds no flows"

/** A connected switch. */
export interface LiveSwitch {
  readonly view: PacketSource
  readonly session: Session
  readonly desired: DesiredTable
  readonly keeper: Keeper
  readonly metersPunts: boolean
  readonly metersFlows: boolean
  readonly learns: boolean
}

/**
 * Has a switch that came up kept as apps want it: it wants nothing yet.
 *
 * @param told of what happens to it; `touched` of each change of what is wanted
 */
export const liveSwitch = (
  session: Session,
  told: KeeperEvents & { readonly touched: () => void },
  options: KeeperOptions,
): LiveSwitch => {
  const { info, name, ports, connection } = session
  const desired = new DesiredTable(told.touched)
  const keeper = new Keeper(session, desired, told, options)
  const { nicira, meters } = info.capabilities
  const reply = new Reply13(connection.channel)
  const view = { dpid: info.dpid, name, openflow: '1.3', nicira, ports, reply } as const
  return { view, session, desired, keeper, metersPunts: nicira && meters > 0, metersFlows: meters > 0, learns: nicira }
}
