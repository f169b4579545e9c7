import { fork } from 'node:child_process'
import { compiled } from './compiled.ts'
import type { Job, Outcome, Report } from './job.ts'
import { stop, type Usage, usage } from './process.ts'
import type { Target } from './targets.ts'

/** One run of one target: what the generator saw, and what the controller used meanwhile. */
export interface Sample extends Outcome {
  /** Null for a controller that somebody else runs. */
  readonly cpuSeconds: number | null
  readonly rssMiB: number | null
}

export type Load = Omit<Job, 'host' | 'port' | 'answeredBy'>

const samplingEvery = 100 // milliseconds

/** Watches a controller from the beginning of the figures to their end. */
class Meter {
  private readonly pid: number | undefined
  private first: Usage | undefined
  private last: Usage | undefined
  private peak = 0
  private timer: NodeJS.Timeout | undefined

  constructor(pid: number | undefined) {
    this.pid = pid
  }

  private read(): Usage | undefined {
    const now = this.pid === undefined ? undefined : usage(this.pid)
    this.peak = Math.max(this.peak, now?.rssMiB ?? 0)
    return now
  }

  begin(): void {
    this.first = this.read()
    this.timer = setInterval(() => this.read(), samplingEvery)
  }

  end(): void {
    clearInterval(this.timer)
    this.last = this.read()
  }

  result(): Pick<Sample, 'cpuSeconds' | 'rssMiB'> {
    if (!this.first || !this.last) return { cpuSeconds: null, rssMiB: null }
    return { cpuSeconds: this.last.cpuSeconds - this.first.cpuSeconds, rssMiB: this.peak }
  }
}

const generate = async (job: Job, meter: Meter, progress: (text: string) => void): Promise<Outcome> => {
  const child = fork(compiled('generator/main'), { execArgv: [] })
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      child.on('message', (report: Report) => {
        if (report.type === 'progress') progress(report.text)
        else if (report.type === 'begin') meter.begin()
        else if (report.type === 'end') meter.end()
        else if (report.type === 'outcome') resolve(report.outcome)
        else reject(new Error(report.reason))
      })
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the generator ended with ${code}`)))
      child.send(job)
    })
  } finally {
    meter.end()
    await stop(child)
  }
}

/**
 * Starts a controller, puts load on it and stops it.
 *
 * @throws Error saying why there are no figures
 */
export const measure = async (target: Target, load: Load, progress: (text: string) => void): Promise<Sample> => {
  const started = await target.start(load.openflow)
  try {
    const { host, port, pid } = started
    const meter = new Meter(pid)
    const outcome = await generate(
      { ...load, host, port, answeredBy: target.answeredBy(load.openflow) },
      meter,
      progress,
    )
    return { ...outcome, ...meter.result() }
  } finally {
    await started.stop()
  }
}
