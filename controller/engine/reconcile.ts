import { decodeCookie, Flow, GroupEntry, MeterEntry, ownGroups, ownMeters } from '../flow/index.ts'
import type { Session } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import type { DesiredTable, Owner } from './desired.ts'
import {
  entryChange,
  entryOperation,
  FlowCommand,
  flowChange,
  flowOperation,
  type Held,
  type Operation,
  ordered,
  type Transaction,
} from './transaction.ts'

const ANY = 0xffff_ffff
const ALL_TABLES = 0xff
const readDeadline = 30_000
const deleteCommand = 2

/** What was read from a switch. */
interface Installed {
  /** Ours, as it came. */
  readonly own: readonly InstalledFlow[]
  readonly flows: ReadonlyMap<string, Held & { readonly flow: Flow }>
  readonly foreign: ReadonlyMap<string, InstalledFlow>
  readonly groups: ReadonlyMap<number, GroupEntry>
  readonly meters: ReadonlyMap<number, MeterEntry>
}

/** Whom removals are put down to: nobody wants what they remove. */
const nobody: Owner = { app: '', rule: 'reconcile', object: '', cookieHigh: 0, cookieLow: 0 }

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

const readFlows = async ({ connection }: Session): Promise<readonly InstalledFlow[]> => {
  const request = {
    ...({ type: 'flowStatsRequest', flags: 0, tableId: ALL_TABLES, outPort: ANY, outGroup: ANY } as const),
    ...{ cookie: 0n, cookieMask: 0n, match: [] },
  }
  return (await connection.request(request, 'flowStatsReply', readDeadline)).flows
}

/** Reads all that a switch holds, and tells ours from others' by cookie. */
const readAll = async (session: Session, epoch: number): Promise<Installed> => {
  const [entries, groups, meters] = await Promise.all([readFlows(session), readGroups(session), readMeters(session)])
  const flows = new Map<string, Held & { flow: Flow }>()
  const foreign = new Map<string, InstalledFlow>()
  const own: InstalledFlow[] = []
  for (const entry of entries) {
    const flow = new Flow(entry)
    if (decodeCookie(entry.cookie).epoch === epoch) {
      const cookieHigh = Number(entry.cookie >> 32n)
      const cookieLow = Number(entry.cookie & 0xffff_ffffn)
      own.push(entry)
      flows.set(flow.key, { flow, effect: flow.effect, cookieHigh, cookieLow })
    } else foreign.set(flow.key, entry)
  }
  return { own, flows, foreign, groups, meters }
}

const present = (operations: readonly (Operation | undefined)[]): Operation[] =>
  operations.filter((operation) => operation !== undefined)

/** What a switch needs to hold what is wanted, by what it was found to hold. */
const difference = (installed: Installed, desired: DesiredTable): Transaction => {
  const { flows, groups, meters, foreign } = installed
  const asHeld = (key: string): Held | undefined => {
    const entry = foreign.get(key)
    return flows.get(key) ?? (entry && { effect: '', cookieHigh: -1, cookieLow: -1 })
  }
  const stale = [...flows].filter(([key]) => !desired.flows.get(key))
  return ordered(
    {
      come: present([...desired.flows.entries()].map(([key, claim]) => flowChange(asHeld(key), claim))),
      go: stale.map(([, { flow }]) => flowOperation(FlowCommand.DELETE_STRICT, flow, nobody, 0, 0)),
    },
    {
      come: present(
        [...desired.groups.entries()].map(([id, claim]) => entryChange('group', groups.get(id)?.effect, claim)),
      ),
      go: [...groups.values()]
        .filter(({ id }) => !desired.groups.get(id))
        .map((entry) => entryOperation('group', entry, nobody, deleteCommand)),
    },
    {
      come: present(
        [...desired.meters.entries()].map(([id, claim]) => entryChange('meter', meters.get(id)?.effect, claim)),
      ),
      go: [...meters.values()]
        .filter(({ id }) => !desired.meters.get(id))
        .map((entry) => entryOperation('meter', entry, nobody, deleteCommand)),
    },
  )
}

/** What reading a switch has shown. */
export interface Reading {
  readonly transaction: Transaction
  /** Flows that others made, by key. */
  readonly foreign: ReadonlyMap<string, InstalledFlow>
}

/**
 * Reads what a switch holds, and gives what it needs to hold what is wanted. Nothing is cleared
 * first: what is right stays, and goes on counting.
 *
 * @param recover is shown our own flows before they are compared, and may change what is wanted
 * @throws RequestTimeout, ConnectionClosed, RequestRefused
 */
export const reconcile = async (
  session: Session,
  desired: DesiredTable,
  epoch: number,
  recover: (own: readonly InstalledFlow[]) => void,
): Promise<Reading> => {
  const installed = await readAll(session, epoch)
  recover(installed.own)
  desired.takeChanges()
  return { transaction: difference(installed, desired), foreign: installed.foreign }
}
