import { decodeCookie, Flow, GroupEntry, isLearned, MeterEntry, ownGroups, ownMeters } from '../flow/index.ts'
import type { Session } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import type { Held } from './transaction.ts'

const ANY = 0xffff_ffff
const ALL_TABLES = 0xff
const readDeadline = 30_000

/** A flow of ours as a switch holds it. */
export interface Read extends Held {
  readonly flow: Flow
}

/** What was read from a switch. */
export interface Installed {
  /** Ours, as it came. */
  readonly own: readonly InstalledFlow[]
  readonly flows: ReadonlyMap<string, Read>
  readonly foreign: ReadonlyMap<string, InstalledFlow>
  readonly groups: ReadonlyMap<number, GroupEntry>
  readonly meters: ReadonlyMap<number, MeterEntry>
}

const within = (id: number, { first, last }: { first: number; last: number }): boolean => id >= first && id <= last

const readGroups = async ({ connection, info }: Session): Promise<Map<number, GroupEntry>> => {
  if (info.capabilities.groups === 0) return new Map()
  const { groups } = await connection.request({ type: 'groupDescRequest', flags: 0 }, 'groupDescReply', readDeadline)
  const own = groups.filter(({ groupId }) => within(groupId, ownGroups))
  return new Map(own.map((group) => [group.groupId, new GroupEntry(group)]))
}

const readMeters = async ({ connection, info }: Session): Promise<Map<number, MeterEntry>> => {
  if (info.capabilities.meters === 0) return new Map()
  const request = { type: 'meterConfigRequest', flags: 0, meterId: ANY } as const
  const { meters } = await connection.request(request, 'meterConfigReply', readDeadline)
  const own = meters.filter(({ meterId }) => within(meterId, ownMeters))
  return new Map(own.map((meter) => [meter.meterId, new MeterEntry(meter)]))
}

export const readFlows = async ({ connection }: Session): Promise<readonly InstalledFlow[]> => {
  const request = {
    ...({ type: 'flowStatsRequest', flags: 0, tableId: ALL_TABLES, outPort: ANY, outGroup: ANY } as const),
    ...{ cookie: 0n, cookieMask: 0n, match: [] },
  }
  return (await connection.request(request, 'flowStatsReply', readDeadline)).flows
}

/** Reads all that a switch holds, and tells ours from others' by cookie. */
export const readAll = async (session: Session, epoch: number): Promise<Installed> => {
  const [entries, groups, meters] = await Promise.all([readFlows(session), readGroups(session), readMeters(session)])
  const flows = new Map<string, Read>()
  const foreign = new Map<string, InstalledFlow>()
  const own: InstalledFlow[] = []
  for (const entry of entries) {
    const isOwn = decodeCookie(entry.cookie).epoch === epoch
    // The switch made it, and it goes by itself.
    if (isOwn && isLearned(entry.cookie)) continue
    const flow = Flow.reported(entry)
    if (isOwn) {
      const cookieHigh = Number(entry.cookie >> 32n)
      const cookieLow = Number(entry.cookie & 0xffff_ffffn)
      own.push(entry)
      flows.set(flow.key, { flow, effect: flow.effect, cookieHigh, cookieLow })
    } else foreign.set(flow.key, entry)
  }
  return { own, flows, foreign, groups, meters }
}
