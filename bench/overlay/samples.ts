import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../support/clock.ts'
import type { Reaction } from '../two-hosts/controller.ts'
import type { Lab } from '../two-hosts/lab.ts'
import { startPinging } from './ping.ts'
import type { Target } from './targets/target.ts'

/** A controller with the hosts that it has for itself. */
export interface Contender {
  readonly lab: Lab
  readonly target: Target
}

/** One port that was added, in milliseconds. */
export interface Sample {
  /** From the change until the first answer to a ping. */
  readonly reached: number
  /** What of it passed until the flows were on their way, and until the host had confirmed; undefined where it cannot be told. */
  readonly sent?: number | undefined
  readonly confirmed?: number | undefined
  /** Processor time of the controller. */
  readonly cpu: number
}

/** Milliseconds. */
const patience = 180_000
/** For the first pings to be dropped, so that the drop is in the fast path. */
const warmUp = 60
/** After which a controller has no more rounds, where it has had some. */
const budget = 25_000
const fewest = 5
/** After which it has no more, however many it has had. */
const limit = 75_000

const measureOne = async (
  { lab, target }: Contender,
  change: () => Promise<Partial<Pick<Reaction, 'sent' | 'confirmed'>> | undefined>,
): Promise<Sample> => {
  const pinging = startPinging(lab.pingingNamespace, patience)
  try {
    await sleep(warmUp)
    const before = target.usage().cpu
    const begin = now()
    const reaction = await change()
    const answered = await pinging.answered
    return { ...reaction, reached: answered - begin, cpu: target.usage().cpu - before }
  } finally {
    await pinging.stop()
  }
}

/** A way to add the measured port, over and over. */
interface Way {
  readonly name: string
  readonly prepare: (contender: Contender) => Promise<void>
  readonly round: (contender: Contender) => Promise<Sample>
  readonly end: (contender: Contender) => Promise<void>
}

const settled = async ({ lab, target }: Contender): Promise<void> => {
  await lab.quiet()
  await target.quiet()
}

/** The interface is there; the port is asked for. */
export const asked: Way = {
  name: 'a port is asked for',
  prepare: async () => undefined,
  round: async (contender) => {
    const { target } = contender
    await settled(contender)
    const { reaction } = await target.watch()
    const sample = await measureOne(contender, async () => {
      const begin = now()
      await target.add()
      const confirmed = now() - begin
      const told = await reaction
      return { confirmed, ...(told ? { sent: told.sentAt - begin } : {}) }
    })
    await target.remove()
    return sample
  },
  end: async () => undefined,
}

/** The port is asked for; the interface comes. */
export const plugged: Way = {
  name: 'an interface is plugged in',
  prepare: ({ target }) => target.add(),
  round: async (contender) => {
    const { lab, target } = contender
    await lab.unplugMeasured()
    await settled(contender)
    const { reaction } = await target.watch()
    return measureOne(contender, async () => {
      await lab.plugMeasured()
      return reaction
    })
  },
  end: ({ target }) => target.remove(),
}

/** A contender, and why it has given up, where it has. */
export interface Runner extends Contender {
  failure: string | undefined
}

/** Has one of them do something; what it fails in ends it, so that it takes nothing from the others. */
export const attempt = async (runner: Runner, what: string, work: () => Promise<void>): Promise<void> => {
  if (runner.failure !== undefined) return
  try {
    await work()
  } catch (error) {
    runner.failure = `${what}: ${(error as Error).message}`
    await runner.target.stop()
  }
}

/** Rounds of all in turns, so that whatever else the machine does meets all alike; fewer of those that take long. */
export const takeTurns = async (all: readonly Runner[], rounds: number, way: Way): Promise<Sample[][]> => {
  const takers = all.map((runner) => ({ runner, samples: [] as Sample[], used: 0 }))
  for (const { runner } of takers) await attempt(runner, way.name, () => way.prepare(runner))
  for (let round = 0; round < rounds; round++) {
    for (const taker of takers) {
      if (taker.used > (round < fewest ? limit : budget)) continue
      const begin = performance.now()
      await attempt(
        taker.runner,
        `${way.name}, round ${round}`,
        async () => void taker.samples.push(await way.round(taker.runner)),
      )
      taker.used += performance.now() - begin
    }
  }
  for (const { runner } of takers) await attempt(runner, way.name, () => way.end(runner))
  return takers.map(({ samples }) => samples)
}
