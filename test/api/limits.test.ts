import t from 'tap'
import { frame, limitedHost } from './limited.ts'

t.test('what a port was asked to have, what passed and what was dropped', async (t) => {
  const { lab, sw } = await limitedHost(t)
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
  const { lab, sw } = await limitedHost(t)
  sw.close()
  await t.resolves(lab.get('/v1/limits'))
  lab.running.engine.switches.delete(1n)
  const { body } = await lab.get('/v1/limits?port=a')
  t.same(body, [
    { port: 'a', host: 'h1', profile: 'slow', direction: 'out', kbps: 1000, pps: 50_000, dscp: 8 },
    { port: 'a', host: 'h1', profile: 'slow', direction: 'in', pps: 10 },
  ])
})
