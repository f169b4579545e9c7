import { type Spread, spreadOf } from '../support/statistics.ts'
import { Lab } from '../two-hosts/lab.ts'
import { measureRestart, type Restart } from './restart.ts'
import { asked, attempt, type Contender, plugged, type Runner, type Sample, takeTurns } from './samples.ts'
import type { Target } from './targets/target.ts'

/** Ports that were added one at a time, in milliseconds. */
export interface Additions {
  readonly rounds: number
  /** Until the first answer to a ping. */
  readonly reached: Spread
  /** Until the flows were on their way, and until the hosts had confirmed them; null where it cannot be told. */
  readonly sent: Spread | null
  readonly confirmed: Spread | null
  /** Processor time of the controller, median. */
  readonly cpu: number
}

/** All ports at once, where there were none. */
interface Filling {
  /** Milliseconds from the request for all ports until both hosts had confirmed their flows. */
  readonly filled: number
  /** Milliseconds of processor time of the controller for that. */
  readonly filledCpu: number
  /** Flows on both hosts then. */
  readonly flows: number
  /** MiB of what programs the hosts, after that. */
  readonly resident: number
}

/** All that was measured with so many ports. */
export interface Size extends Filling {
  readonly ports: number
  /** Ports that were asked for where the interface was there. */
  readonly asked: Additions
  /** Interfaces that came where the port was asked for. */
  readonly plugged: Additions
}

export interface TargetReport {
  readonly name: string
  readonly sizes: readonly Size[]
  readonly restart: Restart | null
  /** MiB at the most, before it was killed. */
  readonly residentMost: number
  /** Why it has given up, and nothing more was measured; null where it has not. */
  readonly failure: string | null
}

const spreadOfKnown = (values: readonly (number | undefined)[]): Spread | null => {
  const known = values.flatMap((one) => one ?? [])
  return known.length === 0 ? null : spreadOf(known)
}

const additionsOf = (samples: readonly Sample[]): Additions => ({
  rounds: samples.length,
  reached: spreadOf(samples.map(({ reached }) => reached)),
  sent: spreadOfKnown(samples.map(({ sent }) => sent)),
  confirmed: spreadOfKnown(samples.map(({ confirmed }) => confirmed)),
  cpu: spreadOf(samples.map(({ cpu }) => cpu)).median,
})

const fill = async ({ lab, target }: Contender, ports: number): Promise<Filling> => {
  await target.empty()
  await lab.fill(ports)
  await target.quiet()
  const before = target.usage().cpu
  const begin = performance.now()
  await target.fill(ports)
  const filled = performance.now() - begin
  const filledCpu = target.usage().cpu - before
  const flows = (await lab.flowCounts()).reduce((sum, count) => sum + count, 0)
  const { resident } = target.usage()
  await lab.quiet()
  return { filled, filledCpu, flows, resident }
}

/** With so many ports; undefined for those that have given up. */
const measureSize = async (
  all: readonly Runner[],
  ports: number,
  { rounds, say }: Plan,
): Promise<(Size | undefined)[]> => {
  const fillings = new Map<Runner, Filling>()
  for (const runner of all) {
    await attempt(runner, `${ports} ports at once`, async () => {
      say(`${runner.target.name}: ${ports} ports at once`)
      fillings.set(runner, await fill(runner, ports))
    })
  }
  say(`${ports} ports: one more is asked for`)
  const askedFor = await takeTurns(all, rounds, asked)
  say(`${ports} ports: one more is plugged in`)
  const pluggedIn = await takeTurns(all, rounds, plugged)
  return all.map((runner, at): Size | undefined => {
    const filling = fillings.get(runner)
    if (!filling || runner.failure !== undefined) return undefined
    return { ports, ...filling, asked: additionsOf(askedFor[at] ?? []), plugged: additionsOf(pluggedIn[at] ?? []) }
  })
}

export interface Plan {
  readonly sizes: readonly number[]
  readonly rounds: number
  readonly say: (what: string) => void
}

/** A name of hosts that no other run has: namespaces belong to the machine. */
const prefixOf = (at: number): string => `obn${(process.pid % 36 ** 3).toString(36)}${String.fromCharCode(97 + at)}`

const start = async (make: (lab: Lab) => Target, at: number): Promise<Runner> => {
  const lab = await Lab.start(prefixOf(at))
  const target = make(lab)
  try {
    await target.start()
  } catch (error) {
    await target.stop()
    await lab.stop()
    throw error
  }
  return { lab, target, failure: undefined }
}

const measureAll = async (all: readonly Runner[], plan: Plan): Promise<TargetReport[]> => {
  const sizes: (Size | undefined)[][] = []
  for (const ports of plan.sizes) sizes.push(await measureSize(all, ports, plan))
  const reports: TargetReport[] = []
  for (const [at, runner] of all.entries()) {
    const { lab, target } = runner
    const { residentMost } = target.usage()
    let restart: Restart | null = null
    await attempt(runner, 'restart', async () => {
      plan.say(`${target.name}: killed and started again`)
      restart = await measureRestart(lab, target, plan.sizes.at(-1) ?? 0)
    })
    const failure = runner.failure ?? null
    reports.push({ name: target.name, sizes: sizes.flatMap((size) => size[at] ?? []), restart, residentMost, failure })
  }
  return reports
}

/** Measures controllers beside each other, each on two hosts of its own, with ever more ports. */
export const measureTargets = async (makes: readonly ((lab: Lab) => Target)[], plan: Plan): Promise<TargetReport[]> => {
  const all: Runner[] = []
  try {
    for (const [at, make] of makes.entries()) all.push(await start(make, at))
    return await measureAll(all, plan)
  } finally {
    for (const { target, lab } of all) {
      await target.stop()
      await lab.stop()
    }
  }
}
