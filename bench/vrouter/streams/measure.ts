import { fileURLToPath } from 'node:url'
import type { Description } from '../../../topology/lab/description.ts'
import { takeDown } from '../../../topology/lab/down.ts'
import { LabFolder } from '../../../topology/lab/folder.ts'
import { daemonsOf } from '../../../topology/lab/host.ts'
import { stream } from '../../../topology/lab/iperf.ts'
import { integrationBridge, namespaceOf, namespacesOf } from '../../../topology/lab/names.ts'
import { readLab } from '../../../topology/lab/read.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { cleanAfterwards } from '../../support/afterwards.ts'
import { type Spread, spreadOf } from '../../support/statistics.ts'
import type { OvnDaemons } from '../../two-hosts/ovn.ts'
import { type Case, cases } from './cases.ts'
import { ovnBridge, plugOvn } from './ovn.ts'
import { plainBridge, plugPlain } from './plain.ts'

const file = fileURLToPath(new URL('lab.yaml', import.meta.url))

/** TCP by one connection. */
export interface StreamReport {
  readonly title: string
  readonly beside: string | null
  /** Megabits of payload a second. */
  readonly megabits: Spread
  /** Of what it is compared with, in the same round: the median. */
  readonly part: number | null
  readonly rounds: number
}

/** Flows of a bridge, on each host. */
export interface BridgeReport {
  readonly name: string
  readonly flows: readonly number[]
}

export interface StreamsReport {
  readonly streams: readonly StreamReport[]
  readonly hosts: readonly BridgeReport[]
  /** What was not measured, and why. */
  readonly missing: readonly string[]
}

export interface StreamsPlan {
  readonly rounds: number
  /** Of each stream, after one that counts nothing. */
  readonly seconds: number
  readonly hasOvn: boolean
  readonly say: (what: string) => void
}

const streamed = async (lab: string, { from, to, address }: Case, seconds: number): Promise<number> => {
  const asked = { from: namespaceOf(lab, from), to: namespaceOf(lab, to), address, protocol: 'tcp' as const }
  const { kbps } = await stream({ ...asked, seconds, omitted: 1 })
  return kbps / 1000
}

/** All cases in turns, so that whatever else the machine does meets all alike. */
const inTurns = async (
  lab: string,
  cases: readonly Case[],
  { rounds, seconds, say }: StreamsPlan,
): Promise<StreamReport[]> => {
  const rates = cases.map(() => [] as number[])
  for (let round = 0; round < rounds; round++) {
    say(`TCP: round ${round + 1} of ${rounds}`)
    for (const [at, one] of cases.entries()) rates[at]?.push(await streamed(lab, one, seconds))
  }
  return cases.map(({ title, beside = null }, at) => {
    const own = rates[at] ?? []
    const plain = rates[cases.findIndex((one) => one.title === beside)]
    const part = plain ? spreadOf(own.map((rate, round) => rate / (plain[round] ?? Number.NaN))).median : null
    return { title, beside, megabits: spreadOf(own), part, rounds }
  })
}

const flowsOf = async (folder: LabFolder, { hosts }: Description, bridge: string): Promise<number[]> => {
  const texts = hosts.map(({ name }) => daemonsOf(folder, name).ofctl('dump-aggregate', bridge))
  return (await Promise.all(texts)).map((text) => Number(/flow_count=(\d+)/.exec(text)?.[1] ?? 0))
}

/** Measures in a lab that is up. */
const measureIn = async (folder: LabFolder, description: Description, plan: StreamsPlan): Promise<StreamsReport> => {
  await plugPlain(folder, description)
  const missing: string[] = []
  let ovn: OvnDaemons | undefined
  try {
    if (plan.hasOvn) ovn = await plugOvn(folder, description)
  } catch (error) {
    missing.push(`TCP through OVN: ${(error as Error).message}`)
  }
  const possible = cases.filter((one) => ovn || !one.ovn)
  const streams = await inTurns(folder.name, possible, plan)
  const bridges = { heddle: integrationBridge, ...(ovn ? { OVN: ovnBridge } : {}), plain: plainBridge }
  const hosts: BridgeReport[] = []
  for (const [name, bridge] of Object.entries(bridges)) {
    hosts.push({ name, flows: await flowsOf(folder, description, bridge) })
  }
  await ovn?.stop()
  return { streams, hosts, missing }
}

/** TCP through heddle's bridges, through plain ones of the same hosts, and through OVN's where it is installed. */
export const measureStreams = async (plan: StreamsPlan): Promise<StreamsReport> => {
  const folder = new LabFolder(`vrb${process.pid}`)
  const lab = readLab(file)
  cleanAfterwards({ folder: folder.path, namespaces: namespacesOf(folder.name, lab.description) })
  try {
    plan.say('a lab for TCP')
    await bringUp(folder, lab)
    return await measureIn(folder, lab.description, plan)
  } finally {
    await takeDown(folder)
  }
}
