import type { Report } from './live-switch.ts'
import type { Model } from './model/model.ts'

/** Seconds without a host's switch after which routers do not leave by it any more. */
const patience = 10
const tickEvery = 1_000

/** What is watched: the model's hosts, and whose switches are connected. */
export interface Watched {
  readonly model: Model
  readonly switches: { has(dpid: bigint): boolean }
}

/**
 * Watches the hosts that have physical networks: one whose switch is away for long is lost, and
 * routers leave by another one until it is back. While no switch is connected nobody is lost, for
 * then it is the controller that is cut off.
 */
export class Losses {
  private readonly watched: Watched
  private readonly report: Report
  /** Seconds for which each host has been away. */
  private readonly away = new Map<string, number>()
  private readonly ticker: NodeJS.Timeout

  constructor(watched: Watched, report: Report) {
    this.watched = watched
    this.report = report
    this.ticker = setInterval(() => this.tick(), tickEvery)
    this.ticker.unref()
  }

  stop(): void {
    clearInterval(this.ticker)
  }

  /** Once a second. */
  tick(): void {
    const { model, switches } = this.watched
    const hosts = [...model.hosts.entries()].filter(([, { physical }]) => Object.keys(physical).length > 0)
    const here = hosts.filter(([, { dpid }]) => switches.has(dpid)).map(([id]) => id)
    for (const id of [...this.away.keys()]) if (here.includes(id) || !model.hosts.has(id)) this.back(id)
    if (here.length === 0) return
    for (const [id] of hosts) if (!here.includes(id)) this.miss(id)
  }

  private back(id: string): void {
    const seconds = this.away.get(id) ?? 0
    this.away.delete(id)
    if (seconds < patience) return
    this.report('info', `host ${id} is back: routers leave by it again`, { host: id })
    this.watched.model.setLost(id, false)
  }

  private miss(id: string): void {
    const seconds = (this.away.get(id) ?? 0) + 1
    this.away.set(id, seconds)
    if (seconds !== patience) return
    this.report('warn', `host ${id} has been away for ${patience} s: routers leave by others`, { host: id })
    this.watched.model.setLost(id, true)
  }
}
