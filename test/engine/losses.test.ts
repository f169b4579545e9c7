import t, { type Test } from 'tap'
import { Losses } from '../../controller/engine/losses.ts'
import type { DocumentChange, DocumentKind, Documents } from '../../controller/engine/model/documents.ts'
import { Model } from '../../controller/engine/model/model.ts'

const put = <K extends DocumentKind>(kind: K, id: string, value: Documents[K]): DocumentChange =>
  ({ kind, id, value }) as unknown as DocumentChange

/** Seconds for which a host may be away. */
const patience = 10

/** Router r leaves by one of h1 to h3, which are all connected. */
const watch = (t: Test, hosts?: string[]) => {
  const model = new Model()
  model.apply([
    put('network', 'blue', { vni: 10 }),
    put('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
    put('network', 'internet', { vni: 99, external: 'phys' }),
    put('subnet', 'internet-v4', { network: 'internet', cidr: '203.0.113.0/24' }),
    ...[1, 2, 3].map((number) =>
      put('host', `h${number}`, {
        dpid: number.toString(16).padStart(16, '0'),
        encap: { address: `192.0.2.${number}`, types: ['geneve'] },
        tunnels: { geneve: 1 },
        physical: { phys: 5 },
      }),
    ),
    put('router', 'r', {
      subnets: ['blue-v4'],
      external: { network: 'internet', addresses: ['203.0.113.5'], ...(hosts ? { hosts } : {}) },
    }),
    put('routerNumber', 'r', { zone: 3, mac: '02:00:00:00:00:99' }),
  ])
  const switches = new Set([1n, 2n, 3n])
  const told: string[] = []
  const losses = new Losses({ model, switches }, (_, message) => told.push(message))
  t.teardown(() => losses.stop())
  const host = () => model.gateways.get('r')?.host
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) losses.tick()
  }
  return { model, switches, told, host, pass }
}

t.test('a router leaves by another host after its host has been away for a while, and comes back with it', (t) => {
  const { switches, told, host, pass, model } = watch(t, ['h2', 'h1'])
  t.equal(host(), 'h2')
  switches.delete(2n)
  pass(patience - 1)
  t.equal(host(), 'h2', 'not at once: the switch may be starting again')
  pass(1)
  t.equal(host(), 'h1')
  t.equal(model.outsides.get('internet 203.0.113.5')?.host, 'h1', 'with its addresses')
  switches.add(2n)
  pass(1)
  t.equal(host(), 'h2')
  t.match(told, [/h2 has been away for 10 s/, /h2 is back/])
  t.end()
})

t.test('who is away for a moment again and again is not lost', (t) => {
  const { switches, told, host, pass } = watch(t, ['h1', 'h2'])
  for (let times = 0; times < 5; times++) {
    switches.delete(1n)
    pass(patience - 1)
    switches.add(1n)
    pass(1)
  }
  t.equal(host(), 'h1')
  t.same(told, [])
  t.end()
})

t.test('while nobody is connected, nobody is lost', (t) => {
  const { switches, host, pass } = watch(t)
  const before = host()
  switches.clear()
  pass(3 * patience)
  t.equal(host(), before)
  t.end()
})

t.test('where no other host may take its place, a router stays', (t) => {
  const { switches, host, pass } = watch(t, ['h3'])
  switches.delete(3n)
  pass(patience)
  t.equal(host(), 'h3')
  t.end()
})
