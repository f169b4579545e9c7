import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { arpRequestFrame } from '../../../controller/packet/index.ts'
import { Cable, type End } from '../../../topology/lab/sim/cable.ts'
import { SimHost } from '../../../topology/lab/sim/host.ts'
import { addBridge, addPort, map, numberIn, type Operation, set, textIn } from '../../../topology/lab/sim/rows.ts'
import { until } from '../../engine/lab.ts'

/** A host, and the far ends of the cables of its cards. */
const hostFor = (t: Test, cards: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'simhost-'))
  const host = new SimHost('h1', folder)
  t.teardown(() => {
    host.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const cables = cards.map((name) => new Cable({ name, mtu: 1500 }))
  for (const cable of cables) host.devices.set(cable.name, cable.a)
  const shown = (name: string) => {
    const row = [...host.database.table('Interface').values()].find((one) => textIn(one, 'name') === name)
    return row && { ofport: numberIn(row, 'ofport'), error: textIn(row, 'error'), link: textIn(row, 'link_state') }
  }
  const ends = cables.map(({ b }) => b) as readonly End[]
  return { host, cables, ends, shown, settled: () => until('it is so', () => shown('last')?.ofport !== undefined) }
}

const bridge = (name: string, row: Operation = {}): Operation[] =>
  addBridge(0, name, { datapath_type: 'netdev', ...row })

t.test('interfaces get numbers as they ask for them; what does not work says why', async (t) => {
  const { host, shown, settled, cables } = hostFor(t, ['a', 'b', 'c'])
  host.transact([
    ...bridge('br-int', { fail_mode: 'secure', other_config: map({ 'datapath-id': '00000000000000ab' }) }),
    ...addPort('br-int', 1, 'a', {}),
    ...addPort('br-int', 2, 'b', { ofport_request: 1 }),
    ...addPort('br-int', 3, 'nothing', {}),
    ...addPort('br-int', 4, 'tun', { type: 'vxlan', options: map({ remote_ip: '192.0.2.1' }) }),
    ...addPort('br-int', 5, 'odd', { type: 'stt' }),
    ...addPort('br-int', 6, 'last', {
      type: 'geneve',
      options: map({ remote_ip: 'flow', key: 'flow' }),
      ofport_request: 65001,
    }),
  ])
  await settled()
  t.same(shown('br-int')?.ofport, 65534)
  t.same([shown('a')?.ofport, shown('b')?.ofport, shown('last')?.ofport], [2, 1, 65001])
  t.match(shown('nothing'), { ofport: -1, error: 'could not open network device nothing (No such device)' })
  t.match(shown('tun'), { ofport: -1, error: /remote_ip=flow/ })
  t.match(shown('odd'), { ofport: -1, error: /stt are not simulated/ })

  const [cable] = cables
  if (cable) cable.isCut = true
  await until('the cut is shown', () => shown('a')?.link === 'down')
  host.transact([{ op: 'update', table: 'Bridge', where: [], row: { ports: set([]) } }])
  await until('the ports are gone', () => shown('a') === undefined)
  host.transact(addPort('br-int', 1, 'c', {}))
  await until('their numbers are free', () => shown('c')?.ofport === 1)
})

t.test('a bridge without controllers learns, and patches join two', async (t) => {
  const { host, ends, settled } = hostFor(t, ['a', 'b', 'c'])
  host.transact([...bridge('br-a'), ...addPort('br-a', 1, 'a', {}), ...addPort('br-a', 2, 'b', {})])
  host.transact([...bridge('br-c'), ...addPort('br-c', 1, 'c', {})])
  host.transact([
    ...addPort('br-a', 1, 'to-c', { type: 'patch', options: map({ peer: 'last' }) }),
    ...addPort('br-c', 2, 'last', { type: 'patch', options: map({ peer: 'to-c' }) }),
  ])
  await settled()
  const [a, b, c] = ends as [End, End, End]
  const got: string[] = []
  for (const [name, end] of Object.entries({ a, b, c })) end.take = () => got.push(name)
  c.send(arpRequestFrame({ mac: 0x0200_0000_0003, ip: '10.0.0.3' }, '10.0.0.1'))
  await until('the question is everywhere', () => got.length === 2)
  t.same(got.splice(0).sort(), ['a', 'b'])
  const answer = arpRequestFrame({ mac: 0x0200_0000_0001, ip: '10.0.0.1' }, '10.0.0.3')
  answer.set([2, 0, 0, 0, 0, 3], 0)
  a.send(answer)
  await until('the answer is there', () => got.length > 0)
  for (let count = 0; count < 10; count++) await new Promise((resolve) => setImmediate(resolve))
  t.same(got, ['c'], 'where the asker is, and nowhere else')
})
