import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './shell.ts'

const schema = '/usr/share/openvswitch/vswitch.ovsschema'

/** A namespace with one network card, plugged into a host's bridge. */
export interface Container {
  readonly name: string
  /** Its network namespace. */
  readonly namespace: string
  /** The bridge's end of its card. */
  readonly port: string
  readonly mac: string
  /** Address with prefix length, such as `10.0.0.1/24`. */
  readonly address: string
}

interface ContainerOptions {
  readonly bridge: string
  readonly mac: string
  readonly address: string
  /** Bytes; 1500 unless given. */
  readonly mtu?: number
  /** `external_ids` of its Interface row. */
  readonly externalIds?: Readonly<Record<string, string>>
}

/** Linux takes network card names of at most 15 characters. */
const cardName = (text: string): string => text.slice(0, 15)

/**
 * One hypervisor: its own network namespace, ovsdb-server and ovs-vswitchd (userspace data path),
 * with all their files below `directory`. Needs root.
 */
export class OvsHost {
  readonly name: string
  readonly namespace: string
  readonly directory: string
  private readonly containers: Container[] = []

  /** @param name at most 8 characters, unique on this machine */
  constructor(name: string, directory: string) {
    this.name = name
    this.namespace = `${name}-host`
    this.directory = directory
  }

  private get env(): Record<string, string> {
    const { directory } = this
    return { OVS_RUNDIR: directory, OVS_LOGDIR: directory, OVS_DBDIR: directory, OVS_SYSCONFDIR: directory }
  }

  private get database(): string {
    return `unix:${join(this.directory, 'db.sock')}`
  }

  /** Runs a command inside the host's namespace. */
  exec(command: string, ...args: readonly string[]): Promise<string> {
    return run('ip', ['netns', 'exec', this.namespace, command, ...args], { env: this.env })
  }

  vsctl(...args: readonly string[]): Promise<string> {
    return this.exec('ovs-vsctl', `--db=${this.database}`, '--timeout=10', ...args)
  }

  /** ovs-ofctl in OpenFlow 1.3. */
  ofctl(command: string, bridge: string, ...args: readonly string[]): Promise<string> {
    return this.exec(
      'ovs-ofctl',
      '-O',
      'OpenFlow13',
      command,
      `unix:${join(this.directory, `${bridge}.mgmt`)}`,
      ...args,
    )
  }

  async appctl(...args: readonly string[]): Promise<string> {
    const pid = await this.pid('ovs-vswitchd')
    return this.exec('ovs-appctl', '-t', join(this.directory, `ovs-vswitchd.${pid}.ctl`), ...args)
  }

  private async pid(daemon: string): Promise<number> {
    return Number(await readFile(join(this.directory, `${daemon}.pid`), 'utf8'))
  }

  private daemonOptions(name: string): string[] {
    return [
      '--detach',
      '--no-chdir',
      `--pidfile=${join(this.directory, `${name}.pid`)}`,
      `--log-file=${join(this.directory, `${name}.log`)}`,
      '-vconsole:off',
    ]
  }

  /** Makes the namespace and starts both daemons. */
  async start(): Promise<void> {
    await mkdir(this.directory, { recursive: true })
    await run('ip', ['netns', 'add', this.namespace])
    await this.exec('ip', 'link', 'set', 'lo', 'up')
    const file = join(this.directory, 'conf.db')
    await this.exec('ovsdb-tool', 'create', file, schema)
    const remotes = [`--remote=p${this.database}`, '--remote=db:Open_vSwitch,Open_vSwitch,manager_options']
    await this.exec('ovsdb-server', file, ...remotes, ...this.daemonOptions('ovsdb-server'))
    await this.vsctl('--no-wait', 'init')
    await this.startSwitch()
  }

  /** Starts ovs-vswitchd, as after `killSwitch`. */
  async startSwitch(): Promise<void> {
    await this.exec('ovs-vswitchd', this.database, ...this.daemonOptions('ovs-vswitchd'))
  }

  /** Ends ovs-vswitchd at once, as a crash would. */
  async killSwitch(): Promise<void> {
    await end(await this.pid('ovs-vswitchd'))
  }

  /** Adds a bridge in the userspace data path that speaks OpenFlow 1.3 and holds no flows by itself. */
  async addBridge(bridge: string, ...settings: readonly string[]): Promise<void> {
    await this.vsctl(
      ...['add-br', bridge, '--', 'set', 'bridge', bridge, 'datapath_type=netdev'],
      ...['fail_mode=secure', 'protocols=OpenFlow13', ...settings],
    )
  }

  /** Plugs a new container into a bridge. */
  async addContainer(name: string, options: ContainerOptions): Promise<Container> {
    const { bridge, mac, address, mtu = 1500, externalIds = {} } = options
    const namespace = `${this.name}-${name}`
    const port = cardName(`${this.name}-${name}`)
    const container: Container = { name, namespace, port, mac, address }
    await run('ip', ['netns', 'add', namespace])
    this.containers.push(container)
    await run('ip', ['link', 'add', port, 'netns', this.namespace, 'type', 'veth', 'peer', 'eth0', 'netns', namespace])
    await this.exec('ip', 'link', 'set', port, 'mtu', String(mtu), 'up')
    await this.inside(container, 'ip', 'link', 'set', 'eth0', 'address', mac, 'mtu', String(mtu), 'up')
    await this.inside(container, 'ip', 'link', 'set', 'lo', 'up')
    await this.inside(container, 'ip', 'address', 'add', address, 'dev', 'eth0')
    // The userspace data path needs whole checksums: without this, ping works and TCP stalls.
    await this.inside(container, 'ethtool', '-K', 'eth0', 'tx', 'off')
    const ids = Object.entries(externalIds).map(([key, value]) => `external_ids:${key}=${value}`)
    const setIds = ids.length === 0 ? [] : ['--', 'set', 'interface', port, ...ids]
    await this.vsctl('add-port', bridge, port, ...setIds)
    return container
  }

  /** Runs a command inside a container. */
  inside(container: Container, command: string, ...args: readonly string[]): Promise<string> {
    return run('ip', ['netns', 'exec', container.namespace, command, ...args])
  }

  /** Ends the daemons and removes all that the host made, also where starting it failed half-way. */
  async stop(): Promise<void> {
    for (const daemon of ['ovs-vswitchd', 'ovsdb-server']) {
      await this.pid(daemon).then(end, () => undefined)
    }
    for (const { namespace } of this.containers.splice(0)) await run('ip', ['netns', 'delete', namespace])
    await run('ip', ['netns', 'delete', this.namespace]).catch(() => undefined)
    await rm(this.directory, { recursive: true, force: true })
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Kills a process and waits until it has gone. */
const end = async (pid: number): Promise<void> => {
  if (!isAlive(pid)) return
  process.kill(pid, 'SIGKILL')
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 5))
}
