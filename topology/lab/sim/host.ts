import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { Output } from '../../sim/index.ts'
import { Database, openVSwitchSchema, type Row, Session } from '../../sim/ovsdb/index.ts'
import { derivedDpid, SimBridge, type WantedBridge, type WantedPort } from './bridge.ts'
import type { End } from './cable.ts'
import type { Decapsulated, TunnelType } from './encapsulation.ts'
import { Lines } from './line.ts'
import { interfaceTypes, outletOf, type Surroundings } from './outlets.ts'
import { type FoundRow, mappedIn, numberIn, type Operation, referred, set, tell, textIn } from './rows.ts'

const managerPort = 6640
/** Milliseconds; what ovs-vswitchd takes unless told otherwise. */
const longestPause = 8_000

const targetOf = (row: Row) => ({
  target: textIn(row, 'target'),
  longestPause: numberIn(row, 'max_backoff') ?? longestPause,
})

/** A host without Open vSwitch: a database, and bridges that are as it says. */
export class SimHost {
  readonly database = new Database(openVSwitchSchema)
  /** Cards that can be plugged into bridges, by name. */
  readonly devices = new Map<string, End>()
  /** Where its packets for other hosts go; nowhere at first. */
  tunnel: (type: TunnelType, output: Output) => void = () => undefined
  private readonly name: string
  private readonly folder: string
  private readonly bridges = new Map<string, SimBridge>()
  private readonly managers: Lines
  private readonly server: Server
  private readonly around: Surroundings
  private isDue = false

  /** @param folder its own, where ovs-vsctl(8) and ovs-ofctl(8) find it as OVS_RUNDIR */
  constructor(name: string, folder: string) {
    this.name = name
    this.folder = folder
    this.around = {
      ...{ devices: this.devices, tunnels: new Map(), patches: new Map() },
      tunnel: (type, output) => this.tunnel(type, output),
      carrier: (device, isUp) => this.carrier(device, isUp),
    }
    const serve = (socket: ConstructorParameters<typeof Session>[1]): void => void new Session(this.database, socket)
    this.managers = new Lines(managerPort, serve, () => this.soon())
    mkdirSync(folder, { recursive: true })
    this.server = createServer(serve)
    this.server.listen(join(folder, 'db.sock'))
    this.database.follow(() => this.soon())
    const row = { iface_types: set(interfaceTypes), datapath_types: set(['netdev']), ovs_version: 'simulated' }
    this.transact([{ op: 'insert', table: 'Open_vSwitch', row }])
  }

  /** @throws Error where the database refuses */
  transact(operations: readonly Operation[]): void {
    const { isCommitted, results } = this.database.transact(operations)
    if (!isCommitted) throw new Error(`host ${this.name}: ${JSON.stringify(results)}`)
  }

  close(): void {
    this.managers.close()
    for (const bridge of this.bridges.values()) bridge.close()
    this.server.close()
  }

  hasBridge(name: string): boolean {
    return this.bridges.has(name)
  }

  /** A frame came out of a tunnel. */
  arrive({ type, id, src, dst, frame }: Decapsulated): void {
    const port = this.around.tunnels.get(type)
    const addresses =
      typeof src === 'number' && typeof dst === 'number'
        ? { src, dst, ipv6Src: 0n, ipv6Dst: 0n }
        : { src: 0, dst: 0, ipv6Src: BigInt(src), ipv6Dst: BigInt(dst) }
    port?.receive(port.number, frame, false, { id, ...addresses })
  }

  /** Changes of one turn of the event loop are seen to together. */
  private soon(): void {
    if (this.isDue) return
    this.isDue = true
    setImmediate(() => {
      this.isDue = false
      this.reconcile()
    })
  }

  /** Makes everything as the database says, and says there how it is. */
  private reconcile(): void {
    const { database } = this
    const root = database.table('Open_vSwitch').entries().next().value
    if (!root) return
    const rows = referred(database, 'Bridge', root[1], 'bridges').map(([, row]) => row)
    const names = rows.map((row) => textIn(row, 'name'))
    for (const name of [...this.bridges.keys()]) if (!names.includes(name)) this.removeBridge(name)
    const told = rows.flatMap((row) => this.updateBridge(row))
    this.managers.update([...database.table('Manager').values()].map(targetOf))
    // ovs-vsctl(8) waits for this number.
    const done = tell('Open_vSwitch', root, { cur_cfg: numberIn(root[1], 'next_cfg') ?? 0 })
    const operations = [...told, ...this.connections(), ...done]
    if (operations.length > 0) this.transact(operations)
  }

  private removeBridge(name: string): void {
    this.bridges.get(name)?.close()
    this.bridges.delete(name)
  }

  private wantedOf(row: Row, ports: readonly WantedPort[]): WantedBridge {
    const name = textIn(row, 'name')
    const controllers = referred(this.database, 'Controller', row, 'controller').map(([, one]) => targetOf(one))
    const dpid = mappedIn(row, 'other_config', 'datapath-id')?.replace(/^0x/, '') ?? derivedDpid(this.name, name)
    return { name, dpid, isSecure: textIn(row, 'fail_mode') === 'secure', controllers, ports }
  }

  private updateBridge(row: Row): Operation[] {
    const interfaces = referred(this.database, 'Port', row, 'ports').flatMap(([, port]) =>
      referred(this.database, 'Interface', port, 'interfaces'),
    )
    const found = interfaces.map((one) => ({
      one,
      name: textIn(one[1], 'name'),
      outlet: outletOf(one[1], this.around),
    }))
    const ports = found.flatMap(({ one, name, outlet }): WantedPort[] =>
      typeof outlet === 'string' ? [] : [{ name, outlet, request: numberIn(one[1], 'ofport_request') }],
    )
    const wanted = this.wantedOf(row, ports)
    const bridge = this.bridgeFor(wanted)
    bridge.update(wanted)
    return found.flatMap(({ one, name, outlet }) => {
      if (typeof outlet === 'string') return tell('Interface', one, { ofport: -1, error: outlet })
      const state = { admin_state: 'up', link_state: outlet.isUp() ? 'up' : 'down' }
      return tell('Interface', one, { ofport: bridge.numberOf(name), error: undefined, ...state })
    })
  }

  /** The bridge that there is, or a new one: with another datapath id it begins anew. */
  private bridgeFor({ name, dpid }: WantedBridge): SimBridge {
    const known = this.bridges.get(name)
    if (known?.sw.dpid === BigInt(`0x${dpid}`)) return known
    this.removeBridge(name)
    const bridge = new SimBridge(dpid, join(this.folder, `${name}.mgmt`), () => this.soon())
    this.bridges.set(name, bridge)
    return bridge
  }

  private carrier(device: string, isUp: boolean): void {
    for (const bridge of this.bridges.values()) bridge.setLink(device, isUp)
    this.soon()
  }

  private connections(): Operation[] {
    const bridges = [...this.bridges.values()]
    const told = (table: string, isConnected: (target: string) => boolean): Operation[] =>
      [...this.database.table(table)].flatMap((found: FoundRow) =>
        tell(table, found, { is_connected: isConnected(textIn(found[1], 'target')) }),
      )
    return [
      ...told('Manager', (target) => this.managers.isConnected(target)),
      ...told('Controller', (target) => bridges.some(({ controllers }) => controllers.isConnected(target))),
    ]
  }
}
