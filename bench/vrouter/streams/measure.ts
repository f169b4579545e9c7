import { fileURLToPath } from 'node:url'
import { takeDown } from '../../../topology/lab/down.ts'
import { LabFolder } from '../../../topology/lab/folder.ts'
import { stream } from '../../../topology/lab/iperf.ts'
import { namespaceOf, namespacesOf } from '../../../topology/lab/names.ts'
import { readLab } from '../../../topology/lab/read.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { emptyAfterwards, removeAfterwards } from '../../support/afterwards.ts'
import { type Spread, spreadOf } from '../../support/statistics.ts'
import { plugPlain } from './plain.ts'

const file = fileURLToPath(new URL('lab.yaml', import.meta.url))

interface Case {
  readonly title: string
  readonly from: string
  readonly to: string
  /** Of `to`. */
  readonly address: string
  /** The case of plain bridges that it is compared with; none is one of these itself. */
  readonly beside?: string
}

const [same, cross, outside] = ['plain: on one host', 'plain: on two hosts, Geneve', 'plain: to the outside']

const cases: readonly Case[] = [
  { title: same, from: 'plain1', to: 'plain2', address: '10.0.3.12' },
  { title: 'on one host', from: 'web1', to: 'web2', address: '10.0.1.12', beside: same },
  { title: 'on one host, firewall', from: 'wall1', to: 'wall2', address: '10.0.1.22', beside: same },
  { title: 'routed, on one host', from: 'web1', to: 'db1', address: '10.0.2.11', beside: same },
  { title: cross, from: 'plain1', to: 'plain3', address: '10.0.3.13' },
  { title: 'on two hosts', from: 'web1', to: 'web3', address: '10.0.1.13', beside: cross },
  { title: 'on two hosts, firewall', from: 'wall1', to: 'wall3', address: '10.0.1.23', beside: cross },
  { title: 'routed, on two hosts', from: 'web1', to: 'db2', address: '10.0.2.12', beside: cross },
  { title: outside, from: 'plain4', to: 'server', address: '203.0.113.1' },
  { title: 'to the outside, SNAT', from: 'web1', to: 'server', address: '203.0.113.1', beside: outside },
  { title: 'to the outside, floating address', from: 'web2', to: 'server', address: '203.0.113.1', beside: outside },
  {
    title: 'to the outside, SNAT on another host',
    from: 'web3',
    to: 'server',
    address: '203.0.113.1',
    beside: outside,
  },
]

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

export interface StreamsPlan {
  readonly rounds: number
  /** Of each stream, after one that counts nothing. */
  readonly seconds: number
  readonly say: (what: string) => void
}

const streamed = async (lab: string, { from, to, address }: Case, seconds: number): Promise<number> => {
  const asked = { from: namespaceOf(lab, from), to: namespaceOf(lab, to), address, protocol: 'tcp' as const }
  const { kbps } = await stream({ ...asked, seconds, omitted: 1 })
  return kbps / 1000
}

/** All cases in turns, so that whatever else the machine does meets all alike. */
const inTurns = async (lab: string, { rounds, seconds, say }: StreamsPlan): Promise<StreamReport[]> => {
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

/** TCP through heddle's bridges, and through plain ones of the same hosts. */
export const measureStreams = async (plan: StreamsPlan): Promise<StreamReport[]> => {
  const folder = new LabFolder(`vrb${process.pid}`)
  const lab = readLab(file)
  emptyAfterwards(namespacesOf(folder.name, lab.description))
  removeAfterwards(folder.path)
  try {
    plan.say('a lab for TCP')
    await bringUp(folder, lab)
    await plugPlain(folder, lab.description)
    return await inTurns(folder.name, plan)
  } finally {
    await takeDown(folder)
  }
}
