import { rm } from 'node:fs/promises'
import { OvsDaemons } from './daemons.ts'
import { run } from './shell.ts'

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
  private readonly daemons: OvsDaemons
  private readonly containers: Container[] = []

  /** @param name at most 8 characters, unique on this machine */
  constructor(name: string, directory: string) {
    this.name = name
    this.namespace = `${name}-host`
    this.directory = directory
    this.daemons = new OvsDaemons(this.namespace, directory)
  }

  /** Runs a command inside the host's namespace. */
  exec(command: string, ...args: readonly string[]): Promise<string> {
    return this.daemons.exec(command, ...args)
  }

  vsctl(...args: readonly string[]): Promise<string> {
    return this.daemons.vsctl(...args)
  }

  /** ovs-ofctl in OpenFlow 1.3. */
  ofctl(command: string, bridge: string, ...args: readonly string[]): Promise<string> {
    return this.daemons.ofctl(command, bridge, ...args)
  }

  appctl(...args: readonly string[]): Promise<string> {
    return this.daemons.appctl(...args)
  }

  /** Makes the namespace and starts both daemons. */
  async start(): Promise<void> {
    await run('ip', ['netns', 'add', this.namespace])
    await this.exec('ip', 'link', 'set', 'lo', 'up')
    await this.daemons.startDatabase()
    await this.vsctl('--no-wait', 'init')
    await this.startSwitch()
  }

  /** Starts ovs-vswitchd, as after `killSwitch`. */
  startSwitch(): Promise<void> {
    return this.daemons.startSwitch()
  }

  /** Ends ovs-vswitchd at once, as a crash would. */
  killSwitch(): Promise<void> {
    return this.daemons.killSwitch()
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
    await this.daemons.kill()
    for (const { namespace } of this.containers.splice(0)) await run('ip', ['netns', 'delete', namespace])
    await run('ip', ['netns', 'delete', this.namespace]).catch(() => undefined)
    await rm(this.directory, { recursive: true, force: true })
  }
}
