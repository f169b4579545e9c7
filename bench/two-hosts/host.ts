import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  insert,
  map,
  mutate,
  namedUuid,
  type Operation,
  OvsdbSession,
  openVSwitch,
  select,
  set,
} from '../../controller/ovsdb/index.ts'
import { type Container, OvsHost } from '../../topology/ovs/host.ts'
import { unixctl } from '../../topology/ovs/unixctl.ts'

export const integrationBridge = 'br-int'
export const externalBridge = 'br-ex'

/** As words of ovs-vsctl. */
export const externalIds = (ids: Readonly<Record<string, string>>): string[] =>
  Object.entries(ids).map(([key, value]) => `external_ids:${key}=${JSON.stringify(value)}`)

/** Interfaces in one transaction. */
const atOnce = 500
/** Milliseconds for ovs-vswitchd to take in a transaction with many interfaces. */
const patience = 120_000

/** An interface that carries a port. */
export interface Plug {
  readonly name: string
  readonly port: string
  /** The patch port that it leads to; a card that is there unless given. */
  readonly peer?: string
}

/**
 * Patch ports cost ovs-vswitchd little. Thousands of cards would cost much: the userspace data path looks
 * at each in every turn, so that with 2,500 of them a barrier takes 25 ms instead of 0.5.
 */
const kindOf = ({ peer }: Plug) => (peer === undefined ? { type: '' } : { type: 'patch', options: map({ peer }) })

const insertPlug = (plug: Plug, at: number): Operation[] => [
  insert(
    'Interface',
    { name: plug.name, ...kindOf(plug), external_ids: map({ 'iface-id': plug.port }) },
    `interface${at}`,
  ),
  insert('Port', { name: plug.name, interfaces: namedUuid(`interface${at}`) }, `port${at}`),
]

/** ovs-vswitchd shows in `cur_cfg` which `next_cfg` it has worked in. */
const bump = mutate('Open_vSwitch', [], ['next_cfg', '+=', 1])

/** One host: its daemons, and a connection to its database that makes changes without a process for each. */
export class BenchHost {
  readonly ovs: OvsHost
  readonly address: string
  private session: OvsdbSession | undefined

  constructor(name: string, directory: string, address: string) {
    this.ovs = new OvsHost(name, directory)
    this.address = address
  }

  /** Starts the daemons, with an external bridge for tunnels and an empty integration bridge. */
  async start(): Promise<void> {
    await this.ovs.start()
    for (const bridge of [externalBridge, integrationBridge]) await this.ovs.addBridge(bridge)
    await this.ovs.vsctl('set', 'bridge', externalBridge, 'fail_mode=standalone')
    await this.ovs.exec('ip', 'link', 'set', externalBridge, 'up')
    await this.ovs.exec('ip', 'address', 'add', `${this.address}/24`, 'dev', externalBridge)
    this.session = new OvsdbSession(connect(join(this.ovs.directory, 'db.sock')), { text: this.ovs.name })
  }

  /** So that the first packet through a tunnel is not lost. */
  async meet(other: BenchHost): Promise<void> {
    const mac = (await other.ovs.exec('cat', `/sys/class/net/${externalBridge}/address`)).trim()
    const control = join(this.ovs.directory, `ovs-vswitchd.${this.pidOf('ovs-vswitchd')}.ctl`)
    await unixctl(control, [['tnl/neigh/set', externalBridge, other.address, mac]])
  }

  pidOf(daemon: string): number {
    return Number(readFileSync(join(this.ovs.directory, `${daemon}.pid`), 'utf8'))
  }

  /** A container whose card is on no bridge yet. */
  async addContainer(name: string, mac: string, address: string): Promise<Container> {
    const container = await this.ovs.addContainer(name, { bridge: integrationBridge, mac, address, mtu: 1400 })
    await this.ovs.vsctl('del-port', integrationBridge, container.port)
    // What a card says by itself when it comes up goes to all.
    await this.ovs.inside(container, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
    return container
  }

  /** Plugs interfaces into the integration bridge; resolves when the database has them. */
  async plug(plugs: readonly Plug[]): Promise<void> {
    for (let from = 0; from < plugs.length; from += atOnce) {
      const part = plugs.slice(from, from + atOnce)
      const ports = set(part.map((_, at) => namedUuid(`port${at}`)))
      const enter = mutate('Bridge', [['name', '==', integrationBridge]], ['ports', 'insert', ports])
      await this.transact([...part.flatMap(insertPlug), enter, bump])
      if (plugs.length > 1) await this.settled()
    }
  }

  async unplug(name: string): Promise<void> {
    await this.ovs.vsctl('--no-wait', 'del-port', integrationBridge, name)
    await this.quiet()
  }

  /** Waits until ovs-vswitchd has worked in all that was written by now. */
  async quiet(): Promise<void> {
    await this.transact([bump])
    await this.settled()
  }

  private async settled(): Promise<void> {
    const end = performance.now() + patience
    while (performance.now() < end) {
      const [result] = await this.transact([select('Open_vSwitch', [], ['cur_cfg', 'next_cfg'])])
      const row = result?.rows?.[0]
      if (row && row.cur_cfg === row.next_cfg) return
      await sleep(5)
    }
    throw new Error(`host ${this.ovs.name}: ovs-vswitchd has not worked in a change for ${patience} ms`)
  }

  /** Flows of the integration bridge. */
  async flowCount(): Promise<number> {
    const text = await this.ovs.ofctl('dump-aggregate', integrationBridge)
    return Number(/flow_count=(\d+)/.exec(text)?.[1] ?? 0)
  }

  private transact(operations: readonly Operation[]) {
    if (!this.session) throw new Error(`host ${this.ovs.name} has not been started`)
    return this.session.transact(openVSwitch, operations, patience)
  }

  async stop(): Promise<void> {
    this.session?.close('it ends')
    await this.ovs.stop()
  }
}
