import type { Duplex } from 'node:stream'
import type { Action } from '../../controller/openflow/actions/actions.ts'
import type { FlowMod } from '../../controller/openflow/messages/flow-mod.ts'
import { PortConfig, PortReason } from '../../controller/openflow/messages/port.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { arriveBy } from './actions/tunnel.ts'
import { type Clock, systemClock } from './clock.ts'
import { Conntrack } from './conntrack/conntrack.ts'
import { Connection } from './control/connection.ts'
import { GroupTable } from './groups/group-table.ts'
import { together } from './journal.ts'
import { MeterTable } from './meters/meter-table.ts'
import { type Change, changer, sameFlow } from './mods.ts'
import type { Datapath } from './pipeline/datapath.ts'
import { Passage } from './pipeline/passage.ts'
import { newReport, type Output, type Report, type Tunnel } from './pipeline/report.ts'
import { MacTable } from './ports/mac-table.ts'
import { type PortSettings, PortTable, SimPort } from './ports/port-table.ts'
import { Refusal } from './refusal.ts'
import type { Entry } from './tables/entry.ts'
import { Expiry } from './tables/expiry.ts'
import { type FlowEvent, FlowStore } from './tables/flow-store.ts'
import { OptionTable } from './tables/options.ts'

/** How a switch is made; every member has a default. */
export interface SwitchSettings {
  /** 1 unless given. */
  readonly dpid?: bigint
  /** Numbers, or more of each port; none unless given. */
  readonly ports?: readonly (number | PortSettings)[]
  /** The machine's time unless given. */
  readonly clock?: Clock
  /** Number of tables: 254, as in Open vSwitch, unless given. */
  readonly tables?: number
  /** Most flows in each table: 1,000,000 unless given. */
  readonly flowsPerTable?: number
  /** Most groups, and most meters: 65,536 unless given. */
  readonly groupLimit?: number
  readonly meterLimit?: number
  /** Packets that wait in the switch while their packet-in is cut: 0, as in Open vSwitch, unless given. */
  readonly nBuffers?: number
  /** Whether it has the extensions of Open vSwitch and the ONF, in messages, actions and fields: so unless false. */
  readonly extensions?: boolean
  /** VLAN tags that matches look at: 1, as in Open vSwitch, unless given; 2 at most. */
  readonly tagLimit?: 0 | 1 | 2
  /** Takes the frames that leave the switch. */
  readonly onOutput?: (output: Output) => void
}

/**
 * An OpenFlow 1.3 switch that runs its pipeline in this process. Controllers connect to it by any
 * duplex stream; frames come in by `receive` and leave by `onOutput`.
 */
export class SimSwitch implements Datapath {
  readonly dpid: bigint
  readonly clock: Clock
  readonly tables: FlowStore
  readonly options = new OptionTable()
  readonly groups = new GroupTable()
  readonly meters = new MeterTable()
  readonly ports = new PortTable()
  readonly macs: MacTable
  readonly conntrack: Conntrack
  readonly settings: SwitchSettings
  readonly tagLimit: number
  /** The highest generation id of a role request, undefined before the first (OpenFlow 1.3.5 §6.3.6). */
  generation: bigint | undefined
  /** How fragments are treated, and bytes of a packet for the controller on a miss. */
  config = { flags: 0, missSendLen: 128 }
  readonly connections = new Set<Connection>()
  private readonly expiry: Expiry
  private readonly change: Change

  constructor(settings: SwitchSettings = {}) {
    const { dpid = 1n, clock = systemClock, tables = 254, flowsPerTable = 1_000_000, tagLimit = 1 } = settings
    this.settings = settings
    this.dpid = dpid
    this.clock = clock
    this.tagLimit = tagLimit
    this.tables = new FlowStore({ tables, flows: flowsPerTable }, (event) => this.flowChanged(event))
    this.macs = new MacTable(clock)
    this.conntrack = new Conntrack(clock)
    this.expiry = new Expiry(clock, (entry, reason) => this.expire(entry, reason))
    this.change = changer(this)
    for (const port of settings.ports ?? []) {
      this.ports.add(new SimPort(typeof port === 'number' ? { number: port } : port, clock.now()))
    }
  }

  /** Speaks OpenFlow with a controller over a stream, from its first byte. */
  connect(stream: Duplex): Connection {
    const connection = new Connection(this, stream, () => this.connections.delete(connection))
    this.connections.add(connection)
    return connection
  }

  /** Ends all connections and all waiting. */
  close(): void {
    this.expiry.close()
    for (const connection of [...this.connections]) connection.close()
  }

  /**
   * Does what a flow-mod, group-mod, meter-mod or port-mod says.
   *
   * @throws ProtocolError or Refusal; then nothing is changed
   */
  readonly apply: Change = (message, journal, origin) => this.change(message, journal, origin)

  /**
   * A frame comes in by a port: runs the pipeline, sends what leaves, and tells all of it.
   *
   * @param tunnel what the frame was wrapped in, where the port ends tunnels
   */
  receive(inPort: number, frame: Uint8Array, traced = false, tunnel?: Omit<Tunnel, 'options'>): Report {
    const report = newReport(traced)
    const port = this.ports.get(inPort)
    if (port === undefined || !port.isUp || port.has(PortConfig.NO_RECV)) {
      if (port) port.rxDropped++
      return report
    }
    port.rxPackets++
    port.rxBytes += frame.length
    const passage = Passage.of(this, report, inPort, frame)
    if (tunnel) arriveBy(passage.key, tunnel)
    passage.table(0)
    passage.run()
    this.deliver(report, inPort)
    return report
  }

  /** A controller's packet: runs its actions, sends what leaves, and tells all of it. */
  execute(inPort: number, frame: Uint8Array, actions: readonly Action[], traced = false): Report {
    const report = newReport(traced)
    Passage.of(this, report, inPort, frame, true).run(actions)
    this.deliver(report, inPort)
    return report
  }

  /** Sends what a packet's passage has brought about. */
  deliver(report: Report, inPort: number): void {
    for (const output of report.outputs) this.send(output)
    const muted = this.ports.get(inPort)?.has(PortConfig.NO_PACKET_IN) ?? false
    if (muted) return
    for (const punt of report.punts) for (const connection of this.connections) connection.punt(punt)
  }

  private send(output: Output): void {
    const port = this.ports.get(output.port)
    if (port === undefined) return
    if (!port.isUp) {
      port.txDropped++
      return
    }
    port.txPackets++
    port.txBytes += output.frame.length
    this.settings.onOutput?.(output)
  }

  addPort(settings: PortSettings): void {
    const port = new SimPort(settings, this.clock.now())
    this.ports.add(port)
    this.portChanged(port, PortReason.ADD)
  }

  removePort(number: number): void {
    const port = this.ports.remove(number)
    if (port === undefined) return
    this.macs.forget(number)
    this.portChanged(port, PortReason.DELETE)
  }

  /** Plugs the cable of a port in or out. */
  setLink(number: number, up: boolean): void {
    const port = this.ports.get(number)
    if (port === undefined || port.linkDown !== up) return
    port.linkDown = !up
    if (!up) this.macs.forget(number)
    this.portChanged(port, PortReason.MODIFY)
  }

  /** Tells the controllers of a port; `reason` is one of PortReason. */
  portChanged(port: SimPort, reason: number): void {
    for (const connection of this.connections) connection.portStatus(port, reason)
  }

  learn(flow: FlowMod, limit: number): boolean {
    try {
      return this.learnFlow(flow, limit)
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof Refusal) return false
      throw error
    }
  }

  private learnFlow(flow: FlowMod, limit: number): boolean {
    const table = this.tables.get(flow.tableId)
    const known = sameFlow(this, flow)
    if (known !== undefined) {
      // A learned flow lives on with each packet that would teach it.
      known.idleTimeout = flow.idleTimeout
      known.hardTimeout = flow.hardTimeout
      known.cookie = flow.cookie
    } else if (limit > 0 && [...table].filter(({ cookie }) => cookie === flow.cookie).length >= limit) return false
    const command = known === undefined ? 0 : flow.command
    together((journal) => this.change({ ...flow, command }, journal))
    if (known) this.expiry.watch(known)
    return true
  }

  shorten(entry: Entry, idleTimeout: number, hardTimeout: number): void {
    const shorter = (now: number, wanted: number): number => (wanted === 0 || (now > 0 && now < wanted) ? now : wanted)
    entry.idleTimeout = shorter(entry.idleTimeout, idleTimeout)
    entry.hardTimeout = shorter(entry.hardTimeout, hardTimeout)
    this.expiry.watch(entry)
  }

  private expire(entry: Entry, reason: number): void {
    together((journal) => this.tables.remove(entry, reason, journal))
  }

  private flowChanged(event: FlowEvent): void {
    if (event.type === 'deleted') this.expiry.forget(event.entry)
    else this.expiry.watch(event.entry)
    for (const connection of this.connections) connection.flowChanged(event)
  }
}
