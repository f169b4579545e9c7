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

type Make = (lab: Lab) => Target

const start = async (make: Make, at: number): Promise<Runner> => {
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

/** One that has given up begins anew, with as many ports as it had last. */
const restartAnew = async (make: Make, at: number, { target, lab }: Runner, ports: number): Promise<Restart> => {
  await target.stop()
  await lab.stop()
  const fresh = await start(make, at)
  try {
    await fill(fresh, ports)
    return await measureRestart(fresh.lab, fresh.target, ports)
  } finally {
    await fresh.target.stop()
    await fresh.lab.stop()
  }
}

/** How it comes back after it has been killed, once all else has been measured. */
const reportOf = async (make: Make, at: number, runner: Runner, sizes: readonly Size[], plan: Plan) => {
  const { lab, target, failure } = runner
  const { residentMost } = target.usage()
  const ports = sizes.at(-1)?.ports
  const restarting: Runner = { lab, target, failure: undefined }
  let restart: Restart | null = null
  if (ports !== undefined) {
    plan.say(`${target.name}: killed and started again`)
    await attempt(restarting, 'restart', async () => {
      restart =
        failure === undefined ? await measureRestart(lab, target, ports) : await restartAnew(make, at, runner, ports)
    })
  }
  return { name: target.name, sizes, restart, residentMost, failure: failure ?? restarting.failure ?? null }
}

const measureAll = async (makes: readonly Make[], all: readonly Runner[], plan: Plan): Promise<TargetReport[]> => {
  const sizes: (Size | undefined)[][] = []
  for (const ports of plan.sizes) sizes.push(await measureSize(all, ports, plan))
  const reports: TargetReport[] = []
  for (const [at, make] of makes.entries()) {
    const own = sizes.flatMap((size) => size[at] ?? [])
    const runner = all[at]
    if (runner) reports.push(await reportOf(make, at, runner, own, plan))
  }
  return reports
}

/** Measures controllers beside each other, each on two hosts of its own, with ever more ports. */
export const measureTargets = async (makes: readonly Make[], plan: Plan): Promise<TargetReport[]> => {
  const all: Runner[] = []
  try {
    for (const [at, make] of makes.entries()) all.push(await start(make, at))
    return await measureAll(makes, all, plan)
  } finally {
    for (const { target, lab } of all) {
      await target.stop()
      await lab.stop()
    }
  }
}
