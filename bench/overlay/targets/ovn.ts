import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ovsEnvironment } from '../../../topology/ovs/daemons.ts'
import { endProcess } from '../../../topology/ovs/process.ts'
import { run } from '../../../topology/ovs/shell.ts'
import { type BenchHost, integrationBridge } from '../lab/host.ts'
import { fillerPort, type Lab, measured, pinging } from '../lab/lab.ts'
import { Northbound } from './databases.ts'
import type { Restarted, Target, TargetUsage, Watched } from './target.ts'
import { usageOf } from './usage.ts'

const schema = (name: string): string => `/usr/share/ovn/ovn-${name}.ovsschema`
const central = ['ovn-northd', 'nb', 'sb'] as const
const agent = 'ovn-controller'
/** Milliseconds. */
const askAgain = 1_000

/** The address and MAC that others are given by heddle. */
const filler = (at: number) => {
  const number = at + 2
  const [high, low] = [number >> 8, number & 255]
  const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
  return { name: fillerPort(at), mac: `02:0b:00:01:${hex(high)}:${hex(low)}`, address: `10.77.${high}.${low}` }
}

/** OVN: ovn-northd and both databases, and an ovn-controller on each host. */
export class Ovn implements Target {
  readonly name = 'OVN'
  private readonly lab: Lab
  private readonly directory: string
  private northbound: Northbound | undefined
  private pingingUuid = ''
  private measuredUuid = ''

  constructor(lab: Lab) {
    this.lab = lab
    this.directory = join(lab.directory, 'ovn')
  }

  private get nb(): Northbound {
    if (!this.northbound) throw new Error('OVN has not been started')
    return this.northbound
  }

  private socket(database: 'nb' | 'sb'): string {
    return join(this.directory, `${database}.sock`)
  }

  async start(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    for (const one of ['nb', 'sb'] as const) {
      const file = join(this.directory, `${one}.db`)
      await run('ovsdb-tool', ['create', file, schema(one)])
      await this.startDaemon(one, this.directory, 'ovsdb-server', [file, `--remote=punix:${this.socket(one)}`])
    }
    const remotes = [`--ovnnb-db=unix:${this.socket('nb')}`, `--ovnsb-db=unix:${this.socket('sb')}`]
    await this.startDaemon('ovn-northd', this.directory, 'ovn-northd', remotes)
    this.northbound = new Northbound(this.socket('nb'))
    await this.nb.addSwitch('bench')
    for (const host of this.lab.hosts) await this.join(host)
    const { port, mac, address } = pinging
    this.pingingUuid = (await this.nb.addPorts([{ name: port, mac, address }]))[0] ?? ''
    await this.lab.quiet()
  }

  private async join(host: BenchHost): Promise<void> {
    const { ovs, address } = host
    const remote = `unix:${this.socket('sb')}`
    const ids = { 'system-id': ovs.name, 'ovn-remote': remote, 'ovn-encap-type': 'geneve', 'ovn-encap-ip': address }
    const words = Object.entries(ids).map(([key, value]) => `external_ids:${key}=${JSON.stringify(value)}`)
    // ovn-controller speaks OpenFlow 1.5.
    const bridge = ['set', 'bridge', integrationBridge, 'protocols=OpenFlow13,OpenFlow15']
    await ovs.vsctl('set', 'open_vswitch', '.', ...words, '--', ...bridge)
    await this.startAgent(host)
  }

  private async startAgent({ ovs }: BenchHost): Promise<void> {
    await this.startDaemon(agent, ovs.directory, agent, [`unix:${join(ovs.directory, 'db.sock')}`], ovs.namespace)
  }

  /** In a host's namespace, the first's unless given: what is there ends with the lab. */
  private async startDaemon(
    name: string,
    directory: string,
    command: string,
    args: readonly string[],
    namespace = this.lab.hosts[0].ovs.namespace,
  ): Promise<void> {
    const options = ['--detach', '--no-chdir', '-vconsole:off', `--pidfile=${join(directory, `${name}.pid`)}`]
    const log = `--log-file=${join(directory, `${name}.log`)}`
    const env = { ...ovsEnvironment(directory), OVN_RUNDIR: directory, OVN_LOGDIR: directory }
    await run('ip', ['netns', 'exec', namespace, command, ...args, ...options, log], { env })
  }

  private pids(): number[] {
    return [
      ...central.map((name) => join(this.directory, `${name}.pid`)),
      ...this.lab.hosts.map(({ ovs }) => join(ovs.directory, `${agent}.pid`)),
    ].flatMap((file) => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : []))
  }

  async fill(count: number): Promise<void> {
    await this.nb.addPorts(Array.from({ length: count }, (_, at) => filler(at)))
  }

  async empty(): Promise<void> {
    await this.nb.keepPorts([this.pingingUuid])
  }

  async add(): Promise<void> {
    const { port, mac, address } = measured
    this.measuredUuid = (await this.nb.addPorts([{ name: port, mac, address }]))[0] ?? ''
  }

  async remove(): Promise<void> {
    await this.nb.removePort(this.measuredUuid)
  }

  async quiet(): Promise<void> {
    await this.nb.change([])
  }

  async watch(): Promise<Watched> {
    return { reaction: Promise.resolve(undefined) }
  }

  async restart(): Promise<Restarted> {
    for (const { ovs } of this.lab.hosts) await endProcess(Number(readFileSync(join(ovs.directory, `${agent}.pid`))))
    for (const host of this.lab.hosts) await this.startAgent(host)
    await this.nb.change([], askAgain)
    return { messages: undefined }
  }

  usage(): TargetUsage {
    return usageOf(this.pids())
  }

  async stop(): Promise<void> {
    this.northbound?.close()
    for (const pid of this.pids()) await endProcess(pid)
  }
}
