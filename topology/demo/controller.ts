import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../controller/cli/heddle.js', import.meta.url))
const startDeadline = 20_000

/** Where the controller is to listen, and what it is to run. */
export interface ControllerSettings {
  /** Unix sockets for switches. */
  readonly sockets: readonly string[]
  readonly app: string
  /** `HOST:PORT` of its HTTP API. */
  readonly api: string
  /** Folder for its state. */
  readonly data: string
}

/** A controller in a process of its own, as `heddle up` starts it. */
export class ControllerProcess {
  private readonly settings: ControllerSettings
  private child: ChildProcess | undefined
  private log = ''

  constructor(settings: ControllerSettings) {
    this.settings = settings
  }

  /** What it has printed. */
  get output(): string {
    return this.log
  }

  /**
   * Starts it, and resolves once its API answers.
   *
   * @throws Error with what it printed, when it ends or does not answer in time
   */
  async start(): Promise<void> {
    const { sockets, app, api, data } = this.settings
    const listen = sockets.flatMap((path) => ['--listen', `unix:${path}`])
    const args = ['up', '--app', app, '--api', api, '--data', data, ...listen]
    const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.log += text
      })
    }
    const end = Date.now() + startDeadline
    while (!(await this.answers())) {
      if (child.exitCode !== null) throw new Error(`the controller ended:\n${this.log}`)
      if (Date.now() > end)
        throw new Error(`the controller's API did not answer within ${startDeadline} ms:\n${this.log}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** The JSON that its API answers with. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(`http://${this.settings.api}${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }

  private async answers(): Promise<boolean> {
    return this.get('/v1/switches').then(
      () => true,
      () => false,
    )
  }

  /** Ends it at once, as a crash would. */
  kill(): Promise<void> {
    return this.end('SIGKILL')
  }

  /** Ends it as Ctrl-C would. */
  stop(): Promise<void> {
    return this.end('SIGTERM')
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}
