import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { compiledFile } from '../support/compile.ts'

/** Milliseconds since the controller heard that the interface is there. */
export interface Reaction {
  /** Until its flows were on their way to the hosts. */
  readonly sent: number
  /** When that was, in milliseconds since 1970. */
  readonly sentAt: number
  /** Until its host had confirmed them. */
  readonly confirmed: number
}

export interface Watched {
  /** Undefined where it cannot be told. */
  readonly reaction: Promise<Reaction | undefined>
}

export type Order =
  | { readonly type: 'watch'; readonly port: string }
  | { readonly type: 'confirm'; readonly hosts: number }

/** What the controller's process tells. */
export type FromController =
  | { readonly type: 'up'; readonly api: string }
  | { readonly type: 'watching' }
  | { readonly type: 'bound'; readonly reaction: Reaction }
  | { readonly type: 'confirmed'; readonly messages: number }

type Told<Type extends FromController['type']> = Extract<FromController, { readonly type: Type }>

/** heddle in a process of its own, as compiled JavaScript. */
export class Controller {
  readonly api: string
  readonly openflow: string
  readonly ovsdb: string
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, api: string, openflow: string, ovsdb: string) {
    this.child = child
    this.api = api
    this.openflow = openflow
    this.ovsdb = ovsdb
  }

  /** @param directory of its store and sockets; what is there is taken up */
  static async start(directory: string): Promise<Controller> {
    const [openflow, ovsdb] = [join(directory, 'of.sock'), join(directory, 'ovsdb.sock')]
    const words = [join(directory, 'data'), openflow, ovsdb]
    // Without what loads TypeScript here: it would stay in memory.
    const child = fork(compiledFile('bench/two-hosts/controller-process'), words, { execArgv: [] })
    const { api } = await heard(child, 'up')
    return new Controller(child, api, openflow, ovsdb)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Resolves once it watches for a port's arrival. */
  async watch(port: string): Promise<Watched> {
    const reaction = heard(this.child, 'bound').then((told) => told.reaction)
    reaction.catch(() => undefined)
    await this.ask({ type: 'watch', port }, 'watching')
    return { reaction }
  }

  /** Waits until both hosts hold what they should; gives how many changes it has sent since it started. */
  async confirmed(hosts: number): Promise<number> {
    return (await this.ask({ type: 'confirm', hosts }, 'confirmed')).messages
  }

  private async ask<Type extends FromController['type']>(order: Order, type: Type): Promise<Told<Type>> {
    const answer = heard(this.child, type)
    this.child.send(order)
    return answer
  }

  /** Ends it without warning. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.disconnect()
    await ended
  }
}

const heard = <Type extends FromController['type']>(child: ChildProcess, type: Type): Promise<Told<Type>> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the controller ended with code ${code}`))
    const listener = (told: FromController) => {
      if (told.type !== type) return
      child.off('message', listener)
      child.off('exit', ended)
      resolve(told as Told<Type>)
    }
    child.on('message', listener)
    child.once('exit', ended)
  })
