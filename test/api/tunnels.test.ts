import t from 'tap'
import { doc, hostDoc, macOf, portDocs } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

const portAt = (id: string, network: string, number: number) =>
  portDocs(id, { network, mac: macOf(number), addresses: [], host: `h${number}`, ofport: number })

t.test('/v1/tunnels shows hosts that have networks in common, and those that only routers join', async (t) => {
  const lab = await ApiLab.start(t)
  const { model } = lab.running.engine
  model.apply([
    ...[1, 2, 3].map((number) => hostDoc(`h${number}`, BigInt(number))),
    ...['blue', 'red'].flatMap((id, index) => [
      doc('network', id, { vni: index + 1 }),
      doc('subnet', `${id}-v4`, { network: id, cidr: `10.0.${index}.0/24` }),
    ]),
    ...[...portAt('b1', 'blue', 1), ...portAt('b2', 'blue', 2), ...portAt('r3', 'red', 3)],
  ])
  const shown = async (query = '') => {
    const { body } = await lab.get(`/v1/tunnels${query}`)
    return body.map(({ from, to, encapsulation, networks, health }: Record<string, string>) => [
      ...[from, to, encapsulation, networks, health],
    ])
  }
  t.same(await shown(), [['h1', 'h2', 'geneve', ['blue'], 'unknown']])
  model.apply([doc('router', 'edge', { subnets: ['blue-v4', 'red-v4'] })])
  t.same(await shown(), [
    ['h1', 'h2', 'geneve', ['blue'], 'unknown'],
    ['h1', 'h3', 'geneve', [], 'unknown'],
    ['h2', 'h3', 'geneve', [], 'unknown'],
  ])
  t.same(await shown('?hosts=h3,h1'), [['h1', 'h3', 'geneve', [], 'unknown']])
  t.same(await shown('?hosts=h1'), [])
})
