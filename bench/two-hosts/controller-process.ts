import { Writable } from 'node:stream'
import pino from 'pino'
import { type Running, startController } from '../../controller/cli/up/controller.ts'
import { keepHeapSmall } from '../../controller/cli/up/heap.ts'
import { settingsOf } from '../../controller/cli/up/settings.ts'
import { now } from '../support/clock.ts'
import type { FromController, Order } from './controller.ts'

// `heddle up --networks`, with a look inside: who started it is told when ports are bound and confirmed.

const [data = '', openflow = '', ovsdb = ''] = process.argv.slice(2)
const tell = (what: FromController): void => void process.send?.(what)
const patience = 120_000

/** Changes that were sent to switches, as its log says. */
let messages = 0
const log = pino(
  { level: 'info', base: null },
  new Writable({
    write(line: Buffer, _encoding, done) {
      const entry = JSON.parse(line.toString()) as { level: number; msg: string; messages?: number }
      messages += entry.messages ?? 0
      if (entry.level > 30) console.error(`heddle: ${entry.msg}`)
      done()
    },
  }),
)

/** When a port comes to a host, how long it takes until its flows are on their way, and confirmed. */
const watch = ({ engine }: Running, port: string): void => {
  const stop = engine.model.ports.follow((_, key) => {
    const fact = engine.model.ports.get(key)
    if (key !== port || fact?.dpid === undefined) return
    stop()
    const begin = performance.now()
    const { dpid } = fact
    queueMicrotask(async () => {
      await engine.settled()
      const sent = performance.now() - begin
      const sentAt = now()
      await engine.confirmed(patience, [dpid])
      tell({ type: 'bound', reaction: { sent, sentAt, confirmed: performance.now() - begin } })
    })
  })
  tell({ type: 'watching' })
}

/** Waits until so many hosts are there and hold what they should. */
const confirm = async ({ engine }: Running, hosts: number): Promise<void> => {
  const whole = () => [...engine.switches.keys()].filter((dpid) => engine.model.isIntegration(dpid)).length === hosts
  while (!whole()) await new Promise((resolve) => setTimeout(resolve, 2))
  await engine.confirmed(patience)
  tell({ type: 'confirmed', messages })
}

keepHeapSmall()
const running = await startController(
  settingsOf({
    ...{ data, app: [], networks: true, api: '127.0.0.1:0' },
    listen: [`unix:${openflow}`],
    ovsdb: [`unix:${ovsdb}`],
  }),
  '0',
  log,
)
process.on('message', (order: Order) => {
  if (order.type === 'watch') watch(running, order.port)
  else void confirm(running, order.hosts)
})
process.on('disconnect', () => void running.stop().then(() => process.exit()))
tell({ type: 'up', api: running.started.api })
