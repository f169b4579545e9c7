import t from 'tap'
import { MacTable } from '../../../apps/l2-switch/mac-table.ts'

t.test('every station is found at the port where it was seen last, others are not', async (t) => {
  const table = new MacTable()
  t.equal(table.get(0, 0), -1)
  const count = 100_000
  for (let index = 0; index < count; index++) table.learn(index & 0xffff, 0xffff_ffff - index, index % 0xff00)
  t.equal(table.size, count)
  for (let index = 0; index < count; index++) {
    if (table.get(index & 0xffff, 0xffff_ffff - index) !== index % 0xff00) t.fail(`station ${index}`)
  }
  t.equal(table.get(1, 0xffff_ffff), -1)
  table.learn(0, 0xffff_ffff, 7)
  t.equal(table.get(0, 0xffff_ffff), 7, 'it has moved')
  t.equal(table.size, count)
})

t.test('the port of the bridge itself is one like others; all zeros are an address', async (t) => {
  const table = new MacTable()
  table.learn(0, 0, 0xfffe)
  table.learn(0xffff, 0xffff_ffff, 0)
  t.equal(table.get(0, 0), 0xfffe)
  t.equal(table.get(0xffff, 0xffff_ffff), 0)
})

t.test('stations of a port that went down are forgotten, all others stay', async (t) => {
  const table = new MacTable()
  for (let low = 0; low < 1000; low++) table.learn(2, low, low % 4)
  table.forget(3)
  t.equal(table.size, 750)
  for (let low = 0; low < 1000; low++) t.equal(table.get(2, low), low % 4 === 3 ? -1 : low % 4)
})

t.test('one that is flooded with stations begins anew, and does not grow without end', async (t) => {
  const table = new MacTable()
  for (let low = 0; low < 400_000; low++) table.learn(2, low, 1)
  t.ok(table.size <= 131_072, `${table.size} stations`)
  t.equal(table.get(2, 399_999), 1, 'the last is known')
})
