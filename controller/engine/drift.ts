import { decodeCookie, Flow, isLearned } from '../flow/index.ts'
import type { MessageNamed } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import { type DesiredTable, ownerName } from './desired.ts'
import type { Spared } from './missing.ts'

type Update = MessageNamed<'flowMonitorReply'>['updates'][number]
type Change = Extract<Update, { readonly tableId: number }>

/** What a switch's report of changes comes to. */
export interface DriftReport {
  /** Keys of all flows in it. */
  readonly changed: readonly string[]
  /** Keys of flows that have gone. */
  readonly gone: readonly string[]
  /** Flows of others that came or changed, by key. */
  readonly foreign: ReadonlyMap<string, InstalledFlow>
  /** For people; empty where nobody else changed anything. */
  readonly told: string
  /** Whether flows of ours are among them. */
  readonly broken: boolean
}

const noCounters = { durationSec: 0, durationNsec: 0, packetCount: 0n, byteCount: 0n } as const

/** Our own changes come abbreviated and say nothing. */
const isChange = (update: Update): update is Change => update.type !== 'abbreviated' && update.type !== 'unknown'

/** A flow that went by its own timeout, idle or hard, has not drifted. */
const isExpiry = (update: Change): boolean => update.type === 'deleted' && update.reason < 2

/** Owners named in one report. */
const named = 3

const tell = (counts: ReadonlyMap<string, number>, owners: ReadonlySet<string>): string => {
  const parts = [...counts].map(([event, count]) => `${count} flow${count === 1 ? '' : 's'} ${event}`)
  if (parts.length === 0) return ''
  const names = [...owners].slice(0, named).join(', ')
  const more = owners.size > named ? ` and ${owners.size - named} more` : ''
  return `${parts.join(', ')} by somebody else${names === '' ? '' : `: ${names}${more}`}`
}

/** Works out what a report of changes means for what is wanted. */
export const readDrift = (
  { updates }: MessageNamed<'flowMonitorReply'>,
  desired: DesiredTable,
  epoch: number,
  spared: Spared,
): DriftReport => {
  const changed: string[] = []
  const gone: string[] = []
  const foreign = new Map<string, InstalledFlow>()
  const counts = new Map<string, number>()
  const owners = new Set<string>()
  let broken = false
  for (const update of updates) {
    if (!isChange(update)) continue
    const { key } = Flow.reported(update)
    const claim = desired.flows.get(key)
    const isOwn = decodeCookie(update.cookie).epoch === epoch
    if (isOwn && isLearned(update.cookie)) continue
    const ours = claim !== undefined || isOwn
    changed.push(key)
    if (update.type === 'deleted') gone.push(key)
    else if (!ours) foreign.set(key, { ...noCounters, flags: 0, ...update })
    if (isExpiry(update)) continue
    counts.set(update.type, (counts.get(update.type) ?? 0) + 1)
    if (claim) owners.add(ownerName(claim.owner))
    // What a missing app wants nobody knows, so that it cannot be repaired.
    broken ||= claim !== undefined || (ours && spared.nameOf(Number(update.cookie >> 32n)) === undefined)
  }
  return { changed, gone, foreign, told: tell(counts, owners), broken }
}
