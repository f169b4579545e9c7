import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, Outcome, Report } from '../job.ts'
import { Latencies } from './latencies.ts'
import { EmulatedSwitch, type Fleet } from './switch.ts'

/**
 * Packet-ins that wait in one switch at most: 54 KB, less than a socket's first receive buffer. With
 * more, TCP closes its window, and what is then measured is how long the system takes to open it.
 */
const largestWindow = 512
const smallestWindow = 64
/** In all switches. */
const waitingInAll = 2 ** 18
/** Bytes of the longest usual answer: a flow-mod of OpenFlow 1.3 with a full match. */
const answerRoom = 160
/** Milliseconds. */
const patience = 1000
const quietFor = 250
const upWithin = 30_000
const step = 50

const powerOfTwo = (atMost: number): number => 2 ** Math.floor(Math.log2(atMost))

/** How many packet-ins of a switch may wait. */
export const windowOf = ({ mode, switches, macs, answeredBy }: Job): number => {
  if (mode === 'latency') return 1
  const share = Math.max(smallestWindow, Math.min(largestWindow, waitingInAll / switches))
  // A host that moves again before its first move was learned would be answered once for both.
  return powerOfTwo(answeredBy === 'address' ? Math.max(1, Math.min(share, macs / 2)) : share)
}

interface Mark {
  readonly at: number
  /** Microseconds. */
  readonly cpu: number
  readonly answered: readonly number[]
  readonly sent: number
  readonly received: number
  readonly resent: number
}

/** Drives all emulated switches through one job. */
export class FleetRun {
  private readonly job: Job
  private readonly say: (report: Report) => void
  private readonly switches: EmulatedSwitch[] = []
  private readonly latencies = new Latencies()
  private heardAt = 0
  private failure: string | undefined

  constructor(job: Job, say: (report: Report) => void) {
    this.job = job
    this.say = say
  }

  /** @throws Error where the switches do not come up */
  async run(): Promise<Outcome> {
    const begin = performance.now()
    this.connect()
    await this.allUp(begin)
    const resender = setInterval(() => {
      for (const one of this.switches) one.resend(patience)
    }, patience / 5)
    for (const one of this.switches) one.start()
    await sleep(this.job.warmUp * 1000)
    this.latencies.start()
    this.say({ type: 'begin' })
    const before = this.mark()
    await this.measure()
    const after = this.mark()
    this.say({ type: 'end' })
    clearInterval(resender)
    const live = this.switches.filter((one) => !one.isClosed).length
    const latencyUs = this.job.mode === 'latency' ? this.latencies.summary() : null
    for (const one of this.switches) one.stop()
    return {
      ...difference(before, after),
      latencyUs,
      upSeconds: (Math.max(...this.switches.map(({ upAt }) => upAt)) - begin) / 1000,
      ...this.counts(live),
    }
  }

  private counts(live: number): { live: number; closed: number } {
    return { live, closed: this.job.switches - live }
  }

  private connect(): void {
    const { job } = this
    const window = windowOf(job)
    const fleet: Fleet = {
      job,
      window,
      buffer: new Uint8Array(Math.max(0x1_0000, window * answerRoom)),
      heard: () => {
        this.heardAt = performance.now()
      },
      closed: (reason) => {
        this.failure = reason
      },
      latency: (milliseconds) => this.latencies.add(milliseconds),
    }
    for (let number = 1; number <= job.switches; number++) this.switches.push(new EmulatedSwitch(fleet, number))
  }

  /** Waits until every switch is up and the controller has nothing more to say. */
  private async allUp(begin: number): Promise<void> {
    const all = this.job.switches
    for (let up = 0; up < all || performance.now() - this.heardAt < quietFor; ) {
      await sleep(step)
      up = this.switches.filter(({ upAt }) => upAt > 0).length
      if (performance.now() - begin < upWithin) continue
      if (up === all) return
      throw new Error(`${up} of ${all} switches came up: ${this.failure ?? 'the controller does not answer'}`)
    }
  }

  private async measure(): Promise<void> {
    const { seconds, switches, mode } = this.job
    const end = performance.now() + seconds * 1000
    for (let last = this.mark(); performance.now() < end; ) {
      await sleep(Math.min(1000, Math.max(0, end - performance.now())))
      const now = this.mark()
      const { responses, seconds: passed, starved } = difference(last, now)
      const rate = Math.round(responses / passed).toLocaleString('en')
      this.say({ type: 'progress', text: `${mode}, ${switches} switches: ${rate}/s, ${starved} got nothing` })
      last = now
    }
  }

  private mark(): Mark {
    const sum = (of: (one: EmulatedSwitch) => number): number =>
      this.switches.reduce((total, one) => total + of(one), 0)
    const { user, system } = process.cpuUsage()
    return {
      at: performance.now(),
      cpu: user + system,
      answered: this.switches.map((one) => one.answered),
      sent: sum((one) => one.bytesSent),
      received: sum((one) => one.bytesReceived),
      resent: sum((one) => one.resent),
    }
  }
}

const difference = (before: Mark, after: Mark) => {
  const each = after.answered.map((count, index) => count - (before.answered[index] ?? 0))
  const fewest = Math.min(...each)
  return {
    seconds: (after.at - before.at) / 1000,
    generatorCpuSeconds: (after.cpu - before.cpu) / 1e6,
    responses: each.reduce((sum, one) => sum + one, 0),
    bytesSent: after.sent - before.sent,
    bytesReceived: after.received - before.received,
    resent: after.resent - before.resent,
    starved: each.filter((count) => count === 0).length,
    fairness: fewest === 0 ? null : Math.max(...each) / fewest,
  }
}
