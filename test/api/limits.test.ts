import t from 'tap'
import overlay from '../../apps/overlay/app.ts'
import qos from '../../apps/vrouter/qos/app.ts'
import type { App } from '../../controller/index.ts'
import { udpFrame } from '../../controller/packet/index.ts'
import { ManualClock } from '../../topology/sim/testing.ts'
import { doc, hostDoc, macOf, portDocs } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

/** 1,000 bytes with its headers. */
const frame = udpFrame(
  { src: macOf(1), dst: macOf(2) },
  { src: '10.0.0.2', dst: '10.0.0.3' },
  { src: 1, dst: 2, payload: new Uint8Array(958) },
)

const start = async (t: Parameters<typeof ApiLab.start>[0]) => {
  const lab = await ApiLab.start(t)
  const { engine } = lab.running
  const port = (id: string, number: number, profile?: string) =>
    portDocs(id, {
      ...{ network: 'blue', mac: macOf(number), addresses: [], host: 'h1', ofport: number },
      ...(profile === undefined ? {} : { spec: { qos: profile } }),
    })
  engine.model.apply([hostDoc('h1', 1n), doc('network', 'blue', { vni: 1 }), ...port('a', 1, 'slow'), ...port('b', 2)])
  engine.model.apply([doc('qos', 'slow', { out: { kbps: 1000, pps: 50_000 }, in: { pps: 10 }, dscp: 8 })])
  for (const app of [overlay, qos] as unknown as readonly App[]) engine.load(app)
  const sw = await lab.connect({ dpid: 1n, ports: [1, 2], clock: new ManualClock() })
  await engine.confirmed(20_000)
  return { lab, sw }
}

t.test('what a port was asked to have, what passed and what was dropped', async (t) => {
  const { lab, sw } = await start(t)
  for (let count = 0; count < 100; count++) sw.receive(1, frame)
  const { body } = await lab.get('/v1/limits')
  const about = { port: 'a', host: 'h1', profile: 'slow' }
  const none = { packets: 0, bytes: 0 }
  t.same(body, [
    {
      ...{ ...about, direction: 'out', kbps: 1000, pps: 50_000, dscp: 8 },
      ...{ passed: { packets: 62, bytes: 62_000 }, dropped: { packets: 38, bytes: 38_000 } },
    },
    { ...about, direction: 'in', pps: 10, passed: none, dropped: none },
  ])
  t.same((await lab.get('/v1/limits?port=b')).body, [])
  t.match((await lab.get('/v1/drops?app=qos')).body, [
    { app: 'qos', drop: 'receives more packets than its rate', packets: 0 },
    { app: 'qos', drop: 'sends more packets than its rate', packets: 0 },
    { app: 'qos', drop: 'sends more than its bandwidth', flows: 1, packets: 38, bytes: 38_000 },
  ])
})

t.test('where the switch is not there, what was asked is shown still', async (t) => {
  const { lab, sw } = await start(t)
  sw.close()
  await t.resolves(lab.get('/v1/limits'))
  lab.running.engine.switches.delete(1n)
  const { body } = await lab.get('/v1/limits?port=a')
  t.same(body, [
    { port: 'a', host: 'h1', profile: 'slow', direction: 'out', kbps: 1000, pps: 50_000, dscp: 8 },
    { port: 'a', host: 'h1', profile: 'slow', direction: 'in', pps: 10 },
  ])
})
