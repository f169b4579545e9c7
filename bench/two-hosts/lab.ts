import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Container } from '../../topology/ovs/host.ts'
import { run } from '../../topology/ovs/shell.ts'
import { cleanAfterwards } from '../support/afterwards.ts'
import { BenchHost, externalBridge } from './host.ts'

/** The port that is added, of a container on the first host, and the one that pings it from the second. */
export const measured = { port: 'measured', mac: '02:0b:00:00:ff:01', address: '10.77.255.1' } as const
export const pinging = { port: 'pinging', mac: '02:0b:00:00:ff:02', address: '10.77.255.2' } as const
/** Of the network that they are in; other ports have its first addresses. */
export const cidr = '10.77.0.0/16'

/** The ports that are there besides, half of them on each host. */
export const fillerPort = (at: number): string => `port-${at}`

/**
 * Two that stand side by side on a host lead to each other: ovs-vswitchd would complain of patch ports
 * that lead nowhere, of all of them, whenever it looks at its configuration.
 */
const fillerPlug = (at: number) => ({
  plug: { name: `f${at}`, port: fillerPort(at), peer: `f${at ^ 2}` },
  host: at % 2,
})

/** Between the external bridges of two hosts. */
const layCable = async (a: BenchHost, b: BenchHost): Promise<void> => {
  const end = ({ ovs }: BenchHost) => ['eth0', 'netns', ovs.namespace]
  await run('ip', ['link', 'add', 'name', ...end(a), 'type', 'veth', 'peer', 'name', ...end(b)])
  for (const { ovs } of [a, b]) {
    await ovs.exec('ip', 'link', 'set', 'eth0', 'up')
    await ovs.vsctl('add-port', externalBridge, 'eth0')
  }
}

/** Two hosts with real Open vSwitch, a cable between them, and two containers. */
export class Lab {
  readonly directory: string
  readonly hosts: readonly [BenchHost, BenchHost]
  private fillers = 0
  private cards: readonly Container[] = []

  private constructor(directory: string, prefix: string) {
    this.directory = directory
    this.hosts = [
      new BenchHost(`${prefix}1`, join(directory, 'h1'), '192.0.2.1'),
      new BenchHost(`${prefix}2`, join(directory, 'h2'), '192.0.2.2'),
    ]
  }

  /** @param prefix at most 7 characters, unique on this machine */
  static async start(prefix: string): Promise<Lab> {
    const lab = new Lab(await mkdtemp(join(tmpdir(), 'heddle-bench-')), prefix)
    const namespaces = [`${prefix}1-m`, `${prefix}2-p`, `${prefix}1-host`, `${prefix}2-host`]
    cleanAfterwards({ folder: lab.directory, namespaces })
    try {
      await lab.build()
      return lab
    } catch (error) {
      await lab.stop()
      throw error
    }
  }

  private async build(): Promise<void> {
    const [a, b] = this.hosts
    for (const host of this.hosts) await host.start()
    await layCable(a, b)
    await a.meet(b)
    await b.meet(a)
    const there = await a.addContainer('m', measured.mac, `${measured.address}/16`)
    const here = await b.addContainer('p', pinging.mac, `${pinging.address}/16`)
    this.cards = [there, here]
    // Who has to ask by ARP asks once a second.
    await a.ovs.inside(there, 'ip', 'neigh', 'replace', pinging.address, 'lladdr', pinging.mac, 'dev', 'eth0')
    await b.ovs.inside(here, 'ip', 'neigh', 'replace', measured.address, 'lladdr', measured.mac, 'dev', 'eth0')
    await this.plugMeasured()
    await b.plug([{ name: here.port, port: pinging.port }])
    await this.quiet()
  }

  /** The namespace of the container that pings. */
  get pingingNamespace(): string {
    return this.cards[1]?.namespace ?? ''
  }

  async plugMeasured(): Promise<void> {
    await this.hosts[0].plug([{ name: this.cards[0]?.port ?? '', port: measured.port }])
  }

  async unplugMeasured(): Promise<void> {
    await this.hosts[0].unplug(this.cards[0]?.port ?? '')
  }

  /** Plugs in interfaces until there are so many besides the containers', half of them on each host. */
  async fill(count: number): Promise<void> {
    const more = Math.max(0, count - this.fillers)
    const fillers = Array.from({ length: more }, (_, at) => fillerPlug(this.fillers + at))
    this.fillers += more
    const plugsOf = (index: number) => fillers.flatMap(({ host, plug }) => (host === index ? [plug] : []))
    await Promise.all(this.hosts.map((host, index) => host.plug(plugsOf(index))))
    await this.quiet()
  }

  /** Waits until the hosts have worked in all that was written into their databases. */
  async quiet(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.quiet()))
  }

  /** Flows of each host's integration bridge. */
  flowCounts(): Promise<number[]> {
    return Promise.all(this.hosts.map((host) => host.flowCount()))
  }

  async stop(): Promise<void> {
    for (const host of this.hosts) await host.stop()
    await rm(this.directory, { recursive: true, force: true })
  }
}
