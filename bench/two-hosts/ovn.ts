import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ovsEnvironment } from '../../topology/ovs/daemons.ts'
import { endProcess } from '../../topology/ovs/process.ts'
import { run } from '../../topology/ovs/shell.ts'
import { externalIds } from './host.ts'
import { Northbound } from './northbound.ts'
import { type Usage, usageOf } from './usage.ts'

const schema = (name: string): string => `/usr/share/ovn/ovn-${name}.ovsschema`
const central = ['ovn-northd', 'nb', 'sb'] as const
const agent = 'ovn-controller'
/** Milliseconds. */
const askAgain = 1_000
/**
 * Seconds; 10 unless set. ovn-controller opens a bundle before it works out much, and where Open vSwitch gives that up,
 * begins anew, or says that it has done what it has not.
 */
const bundlePatience = 600
/** Seconds, less than `run` has. */
const nbctlPatience = 25

/** A host with Open vSwitch. */
export interface OvnHost {
  /** Of the chassis. */
  readonly name: string
  /** Of its tunnels. */
  readonly address: string
  /** The integration bridge. */
  readonly bridge: string
  readonly ovs: {
    readonly namespace: string
    readonly directory: string
    readonly vsctl: (...args: readonly string[]) => Promise<string>
  }
  /** Further `external_ids` of the host. */
  readonly ids?: Readonly<Record<string, string>>
}

/**
 * Open vSwitch gives up who answers nothing for two minutes, as ovn-controller does while it works out much,
 * and has no setting for that on the socket that ovn-controller takes: another one, which it does not
 * probe, takes its place.
 */
const takePatientSocket = async ({ ovs, bridge }: OvnHost): Promise<void> => {
  const [usual, patient] = ['mgmt', 'patient'].map((name) => join(ovs.directory, `${bridge}.${name}`)) as [
    string,
    string,
  ]
  const settings = [`target=${JSON.stringify(`punix:${patient}`)}`, 'inactivity_probe=0', 'connection_mode=out-of-band']
  const create = ['--', '--id=@patient', 'create', 'controller', ...settings]
  await ovs.vsctl(...create, '--', 'set', 'bridge', bridge, 'controller=@patient')
  await rm(usual)
  await symlink(patient, usual)
}

/** ovn-northd and both databases, and an ovn-controller on each host that joins. */
export class OvnDaemons {
  private readonly directory: string
  private readonly namespace: string
  private readonly hosts: OvnHost[] = []
  private northbound: Northbound | undefined

  /** @param namespace of a host that ends with the lab, and what runs there with it */
  constructor(directory: string, namespace: string) {
    this.directory = directory
    this.namespace = namespace
  }

  get nb(): Northbound {
    if (!this.northbound) throw new Error('OVN has not been started')
    return this.northbound
  }

  private socket(database: 'nb' | 'sb'): string {
    return join(this.directory, `${database}.sock`)
  }

  async start(): Promise<void> {
    const { directory, namespace } = this
    await mkdir(directory, { recursive: true })
    for (const one of ['nb', 'sb'] as const) {
      const file = join(directory, `${one}.db`)
      await run('ovsdb-tool', ['create', file, schema(one)])
      const words = ['ovsdb-server', file, `--remote=punix:${this.socket(one)}`]
      await startDaemon(one, { directory, namespace }, words)
    }
    const remotes = [`--ovnnb-db=unix:${this.socket('nb')}`, `--ovnsb-db=unix:${this.socket('sb')}`]
    this.northbound = new Northbound(this.socket('nb'))
    // Before ovn-northd, which would do so too.
    await this.nb.start()
    await startDaemon('ovn-northd', { directory, namespace }, ['ovn-northd', ...remotes])
  }

  /** Has OVN program a host. */
  async join(host: OvnHost): Promise<void> {
    const { name, address, bridge, ovs } = host
    const ids = {
      ...{ 'system-id': name, 'ovn-remote': `unix:${this.socket('sb')}`, 'ovn-bridge': bridge },
      ...{ 'ovn-encap-type': 'geneve', 'ovn-encap-ip': address },
      // Milliseconds, and seconds: it gives up neither the database nor the bridge.
      ...{ 'ovn-remote-probe-interval': '0', 'ovn-openflow-probe-interval': '0' },
      ...host.ids,
    }
    // ovn-controller speaks OpenFlow 1.5.
    const protocols = ['set', 'bridge', bridge, 'protocols=OpenFlow13,OpenFlow15']
    const settings = [...externalIds(ids), `other_config:bundle-idle-timeout=${bundlePatience}`]
    await ovs.vsctl('set', 'open_vswitch', '.', ...settings, '--', ...protocols)
    await takePatientSocket(host)
    this.hosts.push(host)
    await this.startAgent(host)
  }

  private startAgent({ ovs }: OvnHost): Promise<void> {
    return startDaemon(agent, ovs, [agent, `unix:${join(ovs.directory, 'db.sock')}`])
  }

  private agentPids(): number[] {
    return this.hosts.flatMap(({ ovs }) => pidsIn(join(ovs.directory, `${agent}.pid`)))
  }

  private pids(): number[] {
    return [...central.flatMap((name) => pidsIn(join(this.directory, `${name}.pid`))), ...this.agentPids()]
  }

  /** ovn-nbctl; `--wait=hv` has it wait for the hosts. */
  async nbctl(...words: readonly string[]): Promise<void> {
    await run('ovn-nbctl', [`--db=unix:${this.socket('nb')}`, `--timeout=${nbctlPatience}`, ...words])
  }

  /** Kills what programs the hosts, and starts it again; resolves when they have confirmed. */
  async restartAgents(): Promise<void> {
    for (const pid of this.agentPids()) await endProcess(pid)
    for (const host of this.hosts) await this.startAgent(host)
    await this.nb.change([], askAgain)
  }

  usage(): Usage {
    return usageOf(this.pids())
  }

  async stop(): Promise<void> {
    this.northbound?.close()
    for (const pid of this.pids()) await endProcess(pid)
  }
}

const pidsIn = (file: string): number[] => (existsSync(file) ? [Number(readFileSync(file, 'utf8'))] : [])

const startDaemon = async (
  name: string,
  { namespace, directory }: Pick<OvnHost['ovs'], 'namespace' | 'directory'>,
  command: readonly string[],
): Promise<void> => {
  const options = ['--detach', '--no-chdir', '-vconsole:off', `--pidfile=${join(directory, `${name}.pid`)}`]
  const log = `--log-file=${join(directory, `${name}.log`)}`
  const env = { ...ovsEnvironment(directory), OVN_RUNDIR: directory, OVN_LOGDIR: directory }
  await run('ip', ['netns', 'exec', namespace, ...command, ...options, log], { env })
}
