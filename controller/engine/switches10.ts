import { errorText10, type of10, type PacketInView, type Port, Reply10, type Session10 } from '../switch/index.ts'
import type { PacketSource } from './app.ts'
import type { AppInstance } from './app-instance.ts'
import type { Report } from './live-switch.ts'
import type { Receivers } from './receivers.ts'

/** A connected switch that speaks OpenFlow 1.0. */
export interface LiveSwitch10 {
  readonly view: PacketSource
  readonly session: Session10
}

/** Whether a count is one to report: ever more rarely, so that a broken switch does not fill the log. */
const isTold = (count: number): boolean => Number.isInteger(Math.log2(count))

/**
 * Switches of OpenFlow 1.0. They hold no rules, so nothing is wanted in them: all their packets go
 * to the reactive apps, which answer each. Where there are several, each one answers.
 */
export class Switches10 {
  /** By datapath id. */
  readonly live = new Map<bigint, LiveSwitch10>()
  private readonly apps: ReadonlyMap<string, AppInstance>
  private readonly receivers: Receivers
  private readonly report: Report

  constructor(apps: ReadonlyMap<string, AppInstance>, receivers: Receivers, report: Report) {
    this.apps = apps
    this.receivers = receivers
    this.report = report
  }

  /** Takes a switch whose datapath id no other has. */
  add(session: Session10): void {
    const { name, info, ports, connection } = session
    const view = {
      dpid: info.dpid,
      name,
      openflow: '1.0',
      nicira: false,
      ports,
      reply: new Reply10(connection.channel),
    } as const
    const live = { view, session }
    this.live.set(info.dpid, live)
    session.attach({
      packetIn: (packet) => this.packetIn(live, packet),
      portStatus: (port) => this.portStatus(live, port),
      message: this.counter('refused what an app sent', name),
      malformed: this.counter('sent what is no OpenFlow', name),
      close: (reason) => this.down(live, reason),
    })
    const text = `switch ${name} is up with OpenFlow 1.0: it holds no flows of apps, reactive apps answer its packets`
    this.report('info', text, { dpid: name, software: info.software, manufacturer: info.manufacturer })
    for (const app of this.reactive()) app.switchUp10(view)
  }

  /** Has an app that was just loaded know the switches. */
  introduce(app: AppInstance, isNew: boolean): void {
    if (!app.app.reactive) return
    for (const { view } of this.live.values()) {
      if (isNew) app.switchUp10(view)
      else app.see(view)
    }
  }

  private *reactive(): Iterable<AppInstance> {
    for (const app of this.apps.values()) if (app.app.reactive) yield app
  }

  private counter(what: string, dpid: string): (about: string | of10.Message10) => void {
    let count = 0
    return (about) => {
      if (typeof about !== 'string' && about.type !== 'error') return
      const reason = typeof about === 'string' ? about : errorText10(about)
      if (isTold(++count)) this.report('warn', `switch ${dpid} ${what}: ${reason}`, { dpid, count })
    }
  }

  private packetIn({ view }: LiveSwitch10, packet: PacketInView): void {
    this.receivers.packetIn10(packet, view)
  }

  private portStatus({ view }: LiveSwitch10, port: Port): void {
    for (const app of this.reactive()) app.portStatus(port, 0, view)
  }

  private down(live: LiveSwitch10, reason: string): void {
    const { view } = live
    if (this.live.get(view.dpid) !== live) return
    this.live.delete(view.dpid)
    for (const app of this.reactive()) app.switchDown10(view)
    this.report('info', `switch ${view.name} is down: ${reason}`, { dpid: view.name })
  }
}
