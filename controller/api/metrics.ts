import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { LiveSwitch } from '../engine/index.ts'
import type { ApiContext } from './context.ts'
import { addCounters } from './counters.ts'

/** Figures of one switch, by the name of their metric. */
const ofSwitch: Readonly<Record<string, readonly [help: string, read: (live: LiveSwitch) => number]>> = {
  heddle_switch_flows: ['Flows that apps want in the switch', ({ desired }) => desired.flows.size],
  heddle_switch_groups: ['Groups that apps want in the switch', ({ desired }) => desired.groups.size],
  heddle_switch_meters: ['Meters that apps want in the switch', ({ desired }) => desired.meters.size],
  heddle_switch_foreign_flows: ['Flows in the switch that others made', ({ keeper }) => keeper.foreign.size],
  heddle_switch_in_sync: ['1 while the switch holds what it should', ({ keeper }) => (keeper.inSync ? 1 : 0)],
  heddle_switch_queued_bytes: [
    'Bytes that wait for the switch to read',
    ({ session }) => session.connection.channel.queued,
  ],
  heddle_switch_silence_seconds: [
    'Seconds since the switch last sent',
    ({ session }) => session.connection.silence / 1000,
  ],
}

/** Metrics for Prometheus. All are read when they are asked for, and cost nothing in between. */
export const metricsOf = (context: ApiContext): Registry => {
  const { engine, host, version } = context
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({ name: 'heddle_info', help: 'Version', labelNames: ['version'], registers }).set({ version }, 1)
  new Gauge({
    ...{ name: 'heddle_switches', help: 'Connected switches', registers },
    collect() {
      this.set(engine.switches.size + engine.switches10.live.size)
    },
  })
  new Gauge({
    ...{
      name: 'heddle_app_running',
      help: '1 while the app runs, 0 when it has failed',
      labelNames: ['app'],
      registers,
    },
    collect() {
      this.reset()
      for (const { name, status } of host.list()) this.set({ app: name }, status === 'running' ? 1 : 0)
    },
  })
  for (const [name, [help, read]] of Object.entries(ofSwitch)) {
    new Gauge({
      ...{ name, help, labelNames: ['dpid'], registers },
      collect() {
        this.reset()
        for (const live of engine.switches.values()) this.set({ dpid: live.session.name }, read(live))
      },
    })
  }
  addCounters(registry, context)
  return registry
}
