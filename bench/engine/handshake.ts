import { setTimeout as sleep } from 'node:timers/promises'
import l2Switch from '../../apps/l2-switch/app.ts'
import { Engine } from '../../controller/index.ts'
import { startFleet } from './fleet.ts'
import { memory } from './memory.ts'

/** Many switches that connect at once. */
export interface Handshakes {
  readonly switches: number
  /** Until the last had shaken hands, in milliseconds. */
  readonly up: number
  /** Until the last held its flows. */
  readonly synced: number
  readonly refused: number
  /** Bytes for each idle switch, beyond what the process takes without any. */
  readonly residentEach: number
  readonly heapEach: number
}

const patience = 60_000
const settling = 3_000

export const measureHandshakes = async (count: number): Promise<Handshakes> => {
  const done = { synced: 0, refused: 0 }
  const engine = new Engine({
    report(_level, message) {
      if (message.endsWith('holds what it should')) done.synced++
      if (message.startsWith('a connection was refused')) done.refused++
    },
  })
  engine.load(l2Switch)
  const fleet = await startFleet()
  const { port } = await engine.listen({ port: 0 })
  const before = await memory()
  const begin = performance.now()
  const since = () => performance.now() - begin
  await fleet.start(port, count)
  while (engine.switches.size < count && since() < patience) await sleep(5)
  const up = since()
  while (done.synced < count && since() < patience) await sleep(5)
  const synced = since()
  await sleep(settling)
  const after = await memory()
  if (engine.switches.size < count) throw new Error(`only ${engine.switches.size} of ${count} switches came up`)
  fleet.stop()
  await engine.stop()
  return {
    ...{ switches: count, up, synced, refused: done.refused },
    residentEach: (after.resident - before.resident) / count,
    heapEach: (after.heap - before.heap) / count,
  }
}
