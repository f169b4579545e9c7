import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Controller } from '../controller.ts'
import { cidr, fillerPort, type Lab, measured, pinging } from '../lab/lab.ts'
import type { Restarted, Target, TargetUsage, Watched } from './target.ts'
import { usageOf } from './usage.ts'

const network = 'bench'

type Resource = { readonly kind: 'Network' | 'Subnet' | 'Port'; readonly id: string; readonly spec: object }

const base: readonly Resource[] = [
  { kind: 'Network', id: network, spec: {} },
  { kind: 'Subnet', id: network, spec: { network, cidr } },
  { kind: 'Port', id: pinging.port, spec: { network, mac: pinging.mac, addresses: [pinging.address] } },
]

const fillers = (count: number): Resource[] =>
  Array.from({ length: count }, (_, at) => ({ kind: 'Port', id: fillerPort(at), spec: { network } }))

/** heddle with all apps of networks; ports are guarded, and addresses its own choice. */
export class Heddle implements Target {
  readonly name = 'heddle'
  private readonly lab: Lab
  private readonly directory: string
  private running: Controller | undefined

  constructor(lab: Lab) {
    this.lab = lab
    this.directory = join(lab.directory, 'controller')
  }

  private get controller(): Controller {
    if (!this.running) throw new Error('heddle has not been started')
    return this.running
  }

  async start(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    this.running = await Controller.start(this.directory)
    const { openflow, ovsdb } = this.running
    for (const { ovs, address } of this.lab.hosts) {
      const socket = join(ovs.directory, 'of.sock')
      await symlink(openflow, socket)
      const ids = { 'system-id': ovs.name, 'heddle-encap-ip': address, 'heddle-controller': `unix:${socket}` }
      const words = Object.entries(ids).map(([key, value]) => `external_ids:${key}=${JSON.stringify(value)}`)
      await ovs.vsctl('set', 'open_vswitch', '.', ...words, '--', 'set-manager', `unix:${ovsdb}`)
    }
    await this.running.confirmed(this.lab.hosts.length)
    await this.apply({ resources: base })
    await this.lab.quiet()
  }

  async fill(count: number): Promise<void> {
    await this.apply({ resources: fillers(count), wait: true })
  }

  async empty(): Promise<void> {
    await this.apply({ resources: base, prune: true, wait: true })
  }

  async add(): Promise<void> {
    const { mac, address, port } = measured
    await this.request('PUT', `/v1/ports/${port}?wait=true`, { network, mac, addresses: [address] })
  }

  async remove(): Promise<void> {
    await this.request('DELETE', `/v1/ports/${measured.port}?wait=true`)
  }

  async quiet(): Promise<void> {
    await this.controller.confirmed(this.lab.hosts.length)
  }

  watch(): Promise<Watched> {
    return this.controller.watch(measured.port)
  }

  async restart(): Promise<Restarted> {
    await this.controller.kill()
    this.running = await Controller.start(this.directory)
    return { messages: await this.running.confirmed(this.lab.hosts.length) }
  }

  usage(): TargetUsage {
    return usageOf([this.controller.pid])
  }

  async stop(): Promise<void> {
    await this.running?.stop()
  }

  private apply(body: object): Promise<void> {
    return this.request('POST', '/v1/apply', body)
  }

  /** @throws Error with what the API said */
  private async request(method: string, path: string, body?: object): Promise<void> {
    const content = body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}
    const response = await fetch(`${this.controller.api}${path}`, { method, ...content })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
  }
}
