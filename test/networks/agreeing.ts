import type { Test } from 'tap'
import { prove } from '../../controller/cli/trace/live.ts'
import { questionOf, type TraceOptions, type TraceQuestion } from '../../controller/cli/trace/question.ts'
import { type Traced, traced } from '../../controller/cli/trace/result.ts'
import { verdictText } from '../../controller/cli/trace/verdict-text.ts'
import { ApiWorld } from '../../controller/cli/trace/world.ts'
import type { Step, Visit } from '../../topology/walk/index.ts'
import type { NetworksLab } from './lab.ts'
import { askOracle, metBy } from './oracle.ts'

/** A packet, and what is expected of it and of its answer. */
export interface TraceCase {
  readonly packet: readonly [from: string, to: string, what?: string]
  readonly options?: Partial<TraceOptions>
  readonly verdict: RegExp
  readonly answer?: RegExp
  /** Whether it is tried on the real switches, too. */
  readonly live?: true
}

const visitsOf = ({ there, back }: Traced): readonly Visit[] =>
  [there.question?.walk, there.walk, back?.question?.walk, back?.walk].flatMap((walk) => walk?.visits ?? [])

/**
 * What ofproto/trace cannot tell: after tracking it holds each connection for a new one without
 * addresses, and translates nothing; among equals it chooses by another hash; of lengths it follows both cases.
 */
const isBlinding = ({ actions }: Step): boolean => actions.some((one) => /^(ct|multipath|check_pkt_larger)\(/.test(one))

/** As far as Open vSwitch can tell, the same flows are met, and something leaves or not. */
const judge = async (t: Test, lab: NetworksLab, world: ApiWorld, visit: Visit): Promise<void> => {
  const { flows, actions, text } = await askOracle(lab, world.hosts, visit)
  const last = visit.steps.findIndex(isBlinding)
  const met = metBy(visit)
  if (last >= 0) {
    t.same(met.slice(0, last + 1), flows.slice(0, last + 1), `the first flows on ${visit.place.host}\n${text}`)
    return
  }
  t.same(met, flows, `the flows on ${visit.place.host}\n${text}`)
  const leaves = visit.ends.some(({ is }) => is !== 'dropped' && is !== 'lost')
  t.equal(actions !== 'drop', leaves, `whether something leaves ${visit.place.host}: ${actions}`)
}

/** A switch that stands still counts later than is waited for. */
const attempts = 3

/** The real switches count what was computed. */
const tried = async (t: Test, world: ApiWorld, asked: TraceQuestion, { there }: Traced): Promise<void> => {
  let proof = await prove(world, asked, there)
  for (let attempt = 1; attempt < attempts && !proof.agrees; attempt++) proof = await prove(world, asked, there)
  const { agrees, flows, out } = proof
  const lacking = flows.filter(({ grew, expected }) => grew < expected)
  const counts = lacking.map(({ host, flow, grew, others }) => `${host} ${flow.text}: ${grew}, others ${others}`)
  t.ok(agrees, `real switches count the packets, out ${out?.grew}; ${counts.join('\n')}`)
}

/** What is said of packets is what Open vSwitch itself says of them, flow by flow. */
export const agreeing = async (t: Test, lab: NetworksLab, cases: readonly TraceCase[]): Promise<void> => {
  const options = { api: lab.folder.facts.api ?? '', output: 'table' } as const
  const world = await ApiWorld.open(options)
  for (const { packet, options: more = {}, verdict, answer, live } of cases) {
    const words = [...packet, ...Object.values(more)].join(' ')
    await t.test(`${words}: the flows that Open vSwitch traces, and the verdict`, async (t) => {
      const asked = questionOf(world, packet, { ...options, ...more })
      const result = await traced(world, asked, answer !== undefined)
      t.match(verdictText(result.there.verdict), verdict)
      if (answer) t.match(result.back && verdictText(result.back.verdict), answer)
      for (const { leftOut } of result.there.walk.visits) t.same(leftOut, [], 'all that switches hold is simulated')
      // First, as Open vSwitch remembers the connections of packets that it only traces.
      if (live) await tried(t, world, asked, result)
      for (const visit of visitsOf(result)) await judge(t, lab, world, visit)
    })
  }
}
