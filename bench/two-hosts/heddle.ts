import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Controller } from './controller.ts'
import { externalIds } from './host.ts'
import type { Lab } from './lab.ts'
import { type Usage, usageOf } from './usage.ts'

/** Something that users want, as `POST /v1/apply` takes it. */
export interface Resource {
  readonly kind: string
  readonly id: string
  readonly spec: object
}

/** heddle with all apps of networks, in charge of both hosts of a lab. */
export class HeddleHosts {
  readonly lab: Lab
  private readonly directory: string
  private running: Controller | undefined

  constructor(lab: Lab) {
    this.lab = lab
    this.directory = join(lab.directory, 'controller')
  }

  get controller(): Controller {
    if (!this.running) throw new Error('heddle has not been started')
    return this.running
  }

  /**
   * Starts it, and waits until both hosts have been taken over and hold what is wanted first.
   *
   * @param ids further `external_ids` of the hosts
   */
  async start(first: readonly Resource[], ids: Readonly<Record<string, string>> = {}): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    this.running = await Controller.start(this.directory)
    const { openflow, ovsdb } = this.running
    for (const { ovs, address } of this.lab.hosts) {
      const socket = join(ovs.directory, 'of.sock')
      await symlink(openflow, socket)
      const own = { 'system-id': ovs.name, 'heddle-encap-ip': address, 'heddle-controller': `unix:${socket}` }
      const words = externalIds({ ...own, ...ids })
      await ovs.vsctl('set', 'open_vswitch', '.', ...words, '--', 'set-manager', `unix:${ovsdb}`)
    }
    await this.confirmed()
    await this.apply(first, { wait: true })
    await this.lab.quiet()
  }

  /** Waits until both hosts hold what they should; gives how many changes it has sent since it started. */
  confirmed(): Promise<number> {
    return this.controller.confirmed(this.lab.hosts.length)
  }

  /** Kills it, and starts it again with what it has stored; gives what `confirmed` does. */
  async restart(): Promise<number> {
    await this.controller.kill()
    this.running = await Controller.start(this.directory)
    return await this.confirmed()
  }

  /** Waits for the hosts where `wait` is true. */
  async apply(resources: readonly Resource[], options: { readonly wait?: true; readonly prune?: true } = {}) {
    await this.request('POST', '/v1/apply', { resources, ...options })
  }

  /** @throws Error with what the API said */
  async request(method: string, path: string, body?: object): Promise<unknown> {
    const content = body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}
    const response = await fetch(`${this.controller.api}${path}`, { method, ...content })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  usage(): Usage {
    return usageOf([this.controller.pid])
  }

  async stop(): Promise<void> {
    await this.running?.stop()
  }
}
