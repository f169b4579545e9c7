import { Counter, type Registry } from 'prom-client'
import type { HostedApp, LiveSwitch } from '../engine/index.ts'
import type { ApiContext } from './context.ts'

type Counters<T> = Readonly<Record<string, readonly [help: string, read: (one: T) => number]>>

/** What is counted of one switch since it connected, by the name of its metric. */
const ofSwitch: Counters<LiveSwitch> = {
  heddle_switch_packet_ins_total: ['Packets that the switch sent', ({ session }) => session.connection.packets],
  heddle_switch_packet_ins_refused_total: [
    'Packets that nobody was given, because the switch did not take the answers to those before',
    ({ session }) => session.connection.droppedPackets,
  ],
  heddle_switch_flow_mods_total: ['Flow-mods that the switch was sent', ({ keeper }) => keeper.counts.flowMods],
  heddle_switch_refused_total: ['Operations that the switch refused', ({ keeper }) => keeper.counts.refusals],
  heddle_switch_drift_repairs_total: ["Repairs of somebody else's changes", ({ keeper }) => keeper.counts.repairs],
  heddle_switch_reconciles_total: [
    'Times that the switch was read and compared with what it should hold',
    ({ keeper }) => keeper.counts.readings,
  ],
}

/** What is counted of one app that is loaded. */
const ofApp: Counters<NonNullable<HostedApp['instance']>> = {
  heddle_app_packet_ins_delivered_total: ['Packets that the app was given', ({ intake }) => intake.counts.delivered],
  heddle_app_packet_ins_queued_total: [
    'Packets that could not be given to the app at once',
    ({ intake }) => intake.counts.queued,
  ],
  heddle_app_packet_ins_dropped_total: ['Packets that the app was not given', ({ intake }) => intake.counts.dropped],
  heddle_app_messages_dropped_total: [
    'Messages of the app that were dropped, because a switch did not read',
    ({ unsent }) => unsent,
  ],
}

/** Counters for Prometheus; what they show is counted where it happens, and read when it is asked for. */
export const addCounters = (registry: Registry, { engine, host }: ApiContext): void => {
  const registers = [registry]
  for (const [name, [help, read]] of Object.entries(ofSwitch)) {
    new Counter({
      ...{ name, help, labelNames: ['dpid'], registers },
      collect() {
        this.reset()
        for (const live of engine.switches.values()) this.inc({ dpid: live.session.name }, read(live))
      },
    })
  }
  for (const [name, [help, read]] of Object.entries(ofApp)) {
    new Counter({
      ...{ name, help, labelNames: ['app'], registers },
      collect() {
        this.reset()
        for (const { name: app, instance } of host.list()) if (instance) this.inc({ app }, read(instance))
      },
    })
  }
}
