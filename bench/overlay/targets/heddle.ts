import type { Watched } from '../../two-hosts/controller.ts'
import { HeddleHosts, type Resource } from '../../two-hosts/heddle.ts'
import { cidr, fillerPort, type Lab, measured, pinging } from '../../two-hosts/lab.ts'
import type { Usage } from '../../two-hosts/usage.ts'
import type { Restarted, Target } from './target.ts'

const network = 'bench'

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
  private readonly hosts: HeddleHosts

  constructor(lab: Lab) {
    this.hosts = new HeddleHosts(lab)
  }

  start(): Promise<void> {
    return this.hosts.start(base)
  }

  async fill(count: number): Promise<void> {
    await this.hosts.apply(fillers(count), { wait: true })
  }

  async empty(): Promise<void> {
    await this.hosts.apply(base, { prune: true, wait: true })
  }

  async add(): Promise<void> {
    const { mac, address, port } = measured
    await this.hosts.request('PUT', `/v1/ports/${port}?wait=true`, { network, mac, addresses: [address] })
  }

  async remove(): Promise<void> {
    await this.hosts.request('DELETE', `/v1/ports/${measured.port}?wait=true`)
  }

  async quiet(): Promise<void> {
    await this.hosts.confirmed()
  }

  watch(): Promise<Watched> {
    return this.hosts.controller.watch(measured.port)
  }

  async restart(): Promise<Restarted> {
    return { messages: await this.hosts.restart() }
  }

  usage(): Usage {
    return this.hosts.usage()
  }

  stop(): Promise<void> {
    return this.hosts.stop()
  }
}
