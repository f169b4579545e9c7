import t from 'tap'
import { until } from '../engine/lab.ts'
import { peer10For } from '../switch/peer10.ts'
import { ApiLab } from './lab.ts'

const name = '0000000000000abc'

t.test('a switch of OpenFlow 1.0 is listed as such, and doctor says how to mend it', async (t) => {
  const lab = await ApiLab.start(t)
  const { engine } = lab.running
  const { port } = await engine.listen({ port: 0 })
  const peer = await peer10For(t, { port })
  await peer.shakeHands(0xabcn)
  await lab.connect({ dpid: 5n, ports: [1] })
  await until('both are up', () => engine.switches10.live.size === 1)

  const { body } = await lab.get('/v1/switches')
  t.match(body, [
    { dpid: '0000000000000005', openflow: '1.3' },
    { dpid: name, openflow: '1.0', bridge: 'br0', ports: 5, flows: 0, buffers: 256 },
  ])
  t.same((await lab.get(`/v1/switches?dpid=${name}`)).body, [body[1]])
  t.match((await lab.get(`/v1/switch-ports?dpid=${name}`)).body, [
    { port: '1', name: 'veth1' },
    {},
    {},
    {},
    { port: 'LOCAL' },
  ])
  t.match(await lab.get(`/v1/flows?dpid=${name}`), { status: 404, body: { error: /OpenFlow 1\.0.*holds no flows/ } })
  t.match((await lab.api.inject({ url: '/metrics' })).body, /^heddle_switches 2$/m)

  const about = async () =>
    (await lab.get('/v1/doctor')).body.filter(({ dpid }: { dpid?: string }) => dpid === name) as object[]
  const mend = 'ovs-vsctl set bridge br0 protocols=OpenFlow13'
  t.match((await about())[0], { level: 'error', bridge: 'br0', finding: /no loaded app answers its packets/, mend })
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  t.match((await about())[0], { finding: /l2-switch answers each packet/, mend })
})
