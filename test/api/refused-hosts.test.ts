import t from 'tap'
import { doc, hostDoc, macOf, portDocs } from '../apps/one-host.ts'
import { until } from '../engine/lab.ts'
import { ApiLab } from './lab.ts'

const lacks = /lacks Open vSwitch's extensions/

t.test("a host whose switch lacks Open vSwitch's extensions is refused, and says why", async (t) => {
  const lab = await ApiLab.start(t)
  const { engine, told } = lab.running
  const port = { network: 'blue', mac: macOf(1), addresses: ['10.0.0.1'], host: 'h1', ofport: 1 }
  engine.model.apply([
    doc('network', 'blue', { vni: 5 }),
    hostDoc('h1', 1n),
    hostDoc('h2', 2n),
    ...portDocs('one', port),
  ])
  for (const builtin of ['overlay', 'arp-responder']) await lab.host.load({ source: { builtin } }, { remember: false })
  const plain = await lab.connect({ dpid: 1n, ports: [1], extensions: false })
  const other = await lab.connect({ dpid: 2n, ports: [1] })
  t.equal([...plain.tables].length, 0)
  t.ok([...other.tables].length > 10)

  const { body } = await lab.get('/v1/hosts')
  t.match(body, [{ id: 'h1', connected: true, refused: lacks }, { id: 'h2' }])
  t.equal(body[1].refused, undefined)
  const errors = (await lab.get('/v1/doctor')).body.filter(({ level }: { level: string }) => level === 'error')
  t.match(errors, [{ dpid: '0000000000000001', finding: lacks, mend: /set-manager/ }])
  t.match(
    told.filter(({ level }) => level === 'error'),
    [{ message: lacks, about: { dpid: '0000000000000001' } }],
    'and the log says it once',
  )
})

t.test('a plain bridge without extensions that becomes a host later is refused then', async (t) => {
  const lab = await ApiLab.start(t)
  const { engine, told } = lab.running
  for (const builtin of ['l2-switch', 'overlay']) await lab.host.load({ source: { builtin } }, { remember: false })
  const sw = await lab.connect({ dpid: 1n, ports: [1, 2], extensions: false })
  t.ok([...sw.tables].length > 0, 'flows of l2-switch')
  t.equal(told.filter(({ level }) => level === 'error').length, 0)
  engine.model.apply([hostDoc('h1', 1n)])
  await until('its flows are taken back', () => [...sw.tables].length === 0)
  t.match(
    told.filter(({ level }) => level === 'error').map(({ message }) => message),
    [lacks],
  )
})
