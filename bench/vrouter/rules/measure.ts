import { type Spread, spreadOf } from '../../support/statistics.ts'
import { Lab } from '../../two-hosts/lab.ts'
import type { FlowsByApp } from './heddle.ts'
import { HeddleFirewall } from './heddle.ts'
import type { FirewallTarget } from './target.ts'

/** A small change, made again and again. */
export interface Step {
  /** Milliseconds from the request until both hosts had confirmed. */
  readonly took: Spread
  /** Changes sent to both hosts, median; null where it cannot be told. */
  readonly sent: number | null
}

export interface RulesReport {
  readonly name: string
  readonly ports: number
  readonly rules: number
  /** Milliseconds from the request for all rules until both hosts had confirmed. */
  readonly all: Spread
  readonly rounds: number
  /** Milliseconds of processor time of the controller for that, median. */
  readonly cpu: number
  /** Flows of each host, and those that came with the rules. */
  readonly flows: readonly number[]
  readonly added: readonly number[]
  readonly rule: Step
  readonly member: Step
  /** MiB at the most of what programs the hosts. */
  readonly residentMost: number
}

/** Flows on both hosts by app, after what. */
export interface FlowsReport {
  readonly after: string
  readonly flows: readonly number[]
  readonly byApp: FlowsByApp
}

export interface RulesPlan {
  readonly ports: number
  readonly rules: number
  readonly rounds: number
  readonly say: (what: string) => void
}

/** Milliseconds after which a target is asked for no further rounds. */
const slow = 25_000

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

const median = (values: readonly number[]): number => spreadOf(values).median

const stepOf = async (
  target: FirewallTarget,
  rounds: number,
  set: (there: boolean) => Promise<void>,
): Promise<Step> => {
  const times: number[] = []
  const sents: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = await target.sent()
    times.push(await timed(() => set(true)))
    const after = await target.sent()
    if (before !== undefined && after !== undefined) sents.push(after - before)
    await set(false)
  }
  return { took: spreadOf(times), sent: sents.length === 0 ? null : median(sents) }
}

const measureAll = async (target: FirewallTarget, { rules, rounds }: RulesPlan) => {
  const [times, cpus]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await target.setRules(0)
    await target.sent()
    const before = target.usage().cpu
    times.push(await timed(() => target.setRules(rules)))
    cpus.push(target.usage().cpu - before)
    if ((times[0] ?? 0) > slow) break
  }
  return { all: spreadOf(times), rounds: times.length, cpu: median(cpus) }
}

const measureRules = async (target: FirewallTarget, lab: Lab, plan: RulesPlan): Promise<RulesReport> => {
  const { ports, rules, say } = plan
  say(`${target.name}: ${ports} ports in a group`)
  await target.fill(ports)
  const before = await lab.flowCounts()
  say(`${target.name}: ${rules} rules for them`)
  const all = await measureAll(target, plan)
  const flows = await lab.flowCounts()
  const steps = all.all.median > slow ? 1 : plan.rounds * 2
  const rule = await stepOf(target, steps, (there) => target.setRules(there ? rules + 1 : rules))
  const member = await stepOf(target, steps, (there) => target.setMember(there))
  return {
    ...{ name: target.name, ports, rules, ...all, flows },
    added: flows.map((count, host) => count - (before[host] ?? 0)),
    ...{ rule, member, residentMost: target.usage().residentMost },
  }
}

/** What each app has in the hosts, as more of them have something to do. */
const measureFlows = async (target: HeddleFirewall, lab: Lab, { ports, rules, say }: RulesPlan) => {
  const reports: FlowsReport[] = []
  const count = async (after: string): Promise<void> => {
    reports.push({ after, flows: await lab.flowCounts(), byApp: await target.flowsByApp() })
  }
  say('heddle: flows of its apps')
  await count(`${ports} ports, ${rules} rules`)
  await target.addRouter()
  await count('a router with a way outside')
  const floating = await target.addTranslations()
  await count(`${floating} floating addresses`)
  return reports
}

/** Measures one controller on hosts of its own. */
export const rulesOf = async (
  make: (lab: Lab) => FirewallTarget,
  prefix: string,
  plan: RulesPlan,
): Promise<{ readonly report: RulesReport; readonly flows: readonly FlowsReport[] }> => {
  const lab = await Lab.start(prefix)
  const target = make(lab)
  try {
    await lab.fill(plan.ports)
    await target.start()
    const report = await measureRules(target, lab, plan)
    const flows = target instanceof HeddleFirewall ? await measureFlows(target, lab, plan) : []
    return { report, flows }
  } finally {
    await target.stop()
    await lab.stop()
  }
}
