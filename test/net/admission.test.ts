import t from 'tap'
import { Admission, type AdmissionLimits, type Admitted } from '../../controller/net/admission.ts'
import { sleep, until } from '../engine/lab.ts'

const here = '192.0.2.1'
const there = '192.0.2.2'

/** Connections that are let in, in the order in which they begin. */
const desk = (limits: Partial<AdmissionLimits>) => {
  const slowed: string[] = []
  const begun: string[] = []
  const gone: string[] = []
  const admission = new Admission(limits, (address) => slowed.push(address))
  const come = (name: string, address = here): Admitted => {
    const admitted = admission.enter(address)
    if (typeof admitted === 'string') throw new Error(admitted)
    const giveWay = () => {
      gone.push(name)
      admitted.left()
    }
    admitted.begin(() => begun.push(name), giveWay)
    return admitted
  }
  return { admission, slowed, begun, gone, come }
}

/** Comes, and fails as soon as it has begun. */
const fail = ({ admission, begun }: ReturnType<typeof desk>, address = here): void => {
  const admitted = admission.enter(address)
  if (typeof admitted === 'string') throw new Error(admitted)
  const start = () => {
    begun.push('fails')
    admitted.settled(false)
    admitted.left()
  }
  admitted.begin(start, admitted.left)
}

t.test('those that succeed wait for no more than each other, the newest first', (t) => {
  const { come, begun, slowed } = desk({ perAddressHandshakes: 2 })
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => come(name))
  t.same(begun, ['a', 'b'])
  all[0]?.settled(true)
  all[0]?.settled(true)
  t.same(begun, ['a', 'b', 'e'], 'a second call changes nothing')
  all[4]?.settled(true)
  all[1]?.settled(true)
  t.same(begun, ['a', 'b', 'e', 'd', 'c'])
  t.same(slowed, [])
  t.end()
})

t.test('an address from which connections fail gets as many more as are forgiven', async (t) => {
  const one = desk({ perAddressHandshakes: 3, forgiven: 2 })
  const begin = performance.now()
  for (let count = 0; count < 100; count++) fail(one)
  const most = () => 3 + 2 * Math.floor((performance.now() - begin) / 1_000)
  t.ok(one.begun.length <= most(), `${one.begun.length} at first`)
  t.same(one.slowed, [here], 'which is told once')
  one.come('elsewhere', there)
  t.equal(one.begun.at(-1), 'elsewhere', 'others notice nothing')
  await until('some more have begun', () => one.begun.length >= 7)
  // And the one from elsewhere.
  t.ok(one.begun.length <= most() + 1, `${one.begun.length} then`)
  const soFar = one.begun.length
  const right = one.come('right')
  await until('others have begun', () => one.begun.length > soFar)
  t.equal(one.begun[soFar], 'right', 'the newest is the next')
  right.settled(true)
  t.equal(one.slowed.length, 1)
})

t.test('what has failed is forgotten, and told again when it begins anew', async (t) => {
  const one = desk({ perAddressHandshakes: 2, forgiven: 4 })
  const spell = () => [1, 2, 3].forEach(() => void fail(one))
  spell()
  await until('all have begun', () => one.begun.length === 3)
  await sleep(1_500)
  spell()
  t.equal(one.begun.length, 5)
  t.same(one.slowed, [here, here])
})

t.test('one that leaves amid its handshake has failed; one that leaves while it waits does not begin', async (t) => {
  const { come, begun } = desk({ perAddressHandshakes: 1, forgiven: 1 })
  const [first, second] = [come('first'), come('second')]
  come('third')
  first.left()
  first.left()
  second.left()
  t.same(begun, ['first'], 'its failure counts')
  await until('the third begins', () => begun.length > 1)
  await sleep(1_500)
  t.same(begun, ['first', 'third'])
})

t.test('where most fail only so many wait, and the oldest gives way; elsewhere all may wait', (t) => {
  const one = desk({ perAddressHandshakes: 10, forgiven: 1 })
  for (let count = 0; count < 10; count++) fail(one)
  for (let count = 0; count < 130; count++) one.come(`at the first ${count}`)
  for (let count = 0; count < 140; count++) one.come(`at the second ${count}`, there)
  t.same(one.gone, ['at the first 0', 'at the first 1'])
  t.equal(one.begun.length, 20)
  t.end()
})

t.test('only so many shake hands in all', (t) => {
  const { come, begun, slowed } = desk({ handshakes: 2 })
  const [first] = [come('first'), come('second', there), come('third'), come('fourth', there)]
  t.same(begun, ['first', 'second'])
  first?.settled(true)
  t.same(begun, ['first', 'second', 'third'])
  t.same(slowed, [], 'nobody is to blame')
  t.end()
})

t.test('connections that are open are counted until they leave, settled or not', (t) => {
  const { admission, come } = desk({ perAddress: 2, total: 3 })
  const first = come('first')
  come('second').settled(true)
  t.equal(admission.enter(here), `2 connections from ${here} are open already`)
  come('third', there)
  t.equal(admission.enter(there), '3 connections are open already')
  first.left()
  t.type(admission.enter(here), 'object')
  t.end()
})
