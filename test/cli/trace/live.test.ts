import t from 'tap'
import { prove, type Tried } from '../../../controller/cli/trace/live.ts'
import { type Holdings, journey, Walker } from '../../../topology/walk/index.ts'
import { ask, flow, TestWorld, towards } from '../../topology/walk/world.ts'

const to = flow('base', 'port', 'a2', 'priority=9,udp,actions=output:2')
const other = flow('base', 'rest', '', 'priority=0,actions=drop', 'nothing for it')

const world = (): TestWorld =>
  new TestWorld()
    .host('A', '192.0.2.1', {})
    .port('a1', 'A', 1, '10.0.0.1')
    .port('a2', 'A', 2, '10.0.0.2')
    .holds('A', to)
    .holds('A', other)

/** A switch whose flows and ports count what a test says, for each frame that it is sent. */
const counting = (counts: { readonly flow: string; readonly port: number; readonly background?: number }) => {
  let packets = 0
  let readings = 0
  const sent: Uint8Array[] = []
  const tried: Tried = {
    async read(): Promise<Holdings> {
      readings++
      const noise = (counts.background ?? 0) * readings
      return {
        flows: [to, other].map((one) => ({ ...one, packets: (one.text === counts.flow ? packets : 0) + noise })),
        ...{ groups: [], meters: [] },
        ports: [{ number: 2, name: 'a2', up: true, sent: counts.port === 2 ? packets : 0 }],
      }
    },
    async inject(_host, _port, frames) {
      sent.push(...frames)
      packets += frames.length
    },
  }
  return { tried, sent }
}

const computed = async () => {
  const walker = new Walker(world())
  const [from, source, destination] = towards(walker, 'a1', 'a2')
  const known = { ...destination, mac: '02:00:00:00:00:02' }
  return { from, journey: await journey(walker, from, source, known, ask) }
}

t.test('switches that count each packet where it was computed agree', async (t) => {
  const { from, journey: found } = await computed()
  const { tried, sent } = counting({ flow: to.text, port: 2 })
  const proof = await prove(tried, { from, ask }, found)
  t.match(proof, { sent: 7, agrees: true, out: { host: 'A', port: 'a2', grew: 7 }, instead: [] })
  t.match(proof.flows, [{ host: 'A', expected: 7, grew: 7, others: 0, flow: { object: 'a2' } }])
  t.equal(new Set(sent.map((frame) => Buffer.from(frame).toString('hex'))).size, 7, 'each begins a connection')
})

t.test('another flow that counts them is named, and so is traffic of others', async (t) => {
  const { from, journey: found } = await computed()
  const astray = await prove(counting({ flow: other.text, port: 0 }).tried, { from, ask }, found)
  t.match(astray, { agrees: false, out: { grew: 0 }, flows: [{ grew: 0 }], instead: [{ flow: { rule: 'rest' } }] })
  const busy = await prove(counting({ flow: to.text, port: 2, background: 3 }).tried, { from, ask }, found)
  t.match(busy, { agrees: true, flows: [{ others: 3 }] })
})

t.test('what is never sent cannot be tried', async (t) => {
  const { from, journey: found } = await computed()
  const nothing = prove(counting({ flow: '', port: 0 }).tried, { from, ask }, { ...found, frame: undefined })
  await t.rejects(nothing, { message: /^--live: this packet is never sent/ })
})
