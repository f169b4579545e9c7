import t from 'tap'
import { Bindings } from '../../controller/hosts/bindings.ts'
import type { BindingFact } from '../../controller/hosts/index.ts'

const at = (host: string, name = 'v1', ofport = 1): BindingFact => ({ host, interface: name, ofport })

/** Bindings, and each place that port `p` had. */
const bindings = (...remembered: readonly BindingFact[]) => {
  const places: (string | undefined)[] = []
  const made = new Bindings(
    (_port, _before, now) => places.push(now?.host),
    remembered.map((fact) => ['p', fact]),
  )
  return { made, places }
}

t.test('the host where a port appeared last has it, and when it goes there the one before', async (t) => {
  const { made, places } = bindings()
  made.put('p', at('a'), 'appeared')
  made.put('p', at('b'), 'appeared')
  made.put('p', at('c'), 'appeared')
  made.drop('b', 'v1')
  made.drop('c', 'v1')
  made.drop('a', 'v1')
  t.same(places, ['a', 'b', 'c', 'a', undefined])
})

t.test('what changes nothing is not told', async (t) => {
  const { made, places } = bindings(at('a'))
  made.put('p', at('a'), 'found')
  made.settle('a')
  made.drop('a', 'v2')
  made.forget('b')
  t.same(places, [])
  made.put('p', at('a', 'v1', 2), 'appeared')
  t.same(places, ['a'], 'another number')
})

t.test('an interface that carries another port now gives the first one up', async (t) => {
  const { made, places } = bindings()
  made.put('p', at('a'), 'appeared')
  made.put('q', at('a'), 'appeared')
  t.equal(made.winner('p'), undefined)
  t.same(made.winner('q'), at('a'))
  t.same(places, ['a', undefined, 'a'])
})

t.test('after a restart the host that had a port has it again, if it still says so', async (t) => {
  const { made, places } = bindings(at('a'))
  made.put('p', at('b'), 'found')
  t.same(made.winner('p'), at('b'), 'it may have moved while the controller was down')
  made.put('p', at('a'), 'found')
  t.same(places, ['b', 'a'])
  made.put('p', at('c'), 'found')
  t.same(made.winner('p'), at('a'))
  made.put('p', at('d'), 'appeared')
  t.same(made.winner('p'), at('d'), 'what appears now is newer')
})

t.test('after a restart a host that does not say so any more loses the port', async (t) => {
  const { made, places } = bindings(at('a'))
  made.settle('a')
  t.same(places, [undefined])
})
