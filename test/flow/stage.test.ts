import t from 'tap'
import { describeFlow, pipeline } from '../../controller/flow/index.ts'
import type { FlowBuilder } from '../../controller/flow/stage.ts'

const { first, second } = pipeline(['first', 'second'], 3, { puntMeter: 7 })
const plain = pipeline(['first', 'second'])

const actionsOf = (flow: FlowBuilder): string => describeFlow(flow.build(), 0, 0).actions

t.test('stages have tables in the order of their names, from the first on', async (t) => {
  t.same([first.tableId, second.tableId], [3, 4])
  t.throws(() => pipeline(['a', 'b', 'a']), new RangeError('two stages are called a'))
  t.throws(() => pipeline(['a', 'b'], 254), new RangeError('2 stages from table 254 do not fit'))
})

t.test('a flow goes forward only, also where no compiler looks', async (t) => {
  t.equal(actionsOf(first.otherwise.goto(second)), 'goto_table:4')
  const back = second.otherwise as FlowBuilder
  t.throws(() => back.goto(first), new RangeError('first: a flow goes to a later stage only'))
  t.throws(() => back.goto(second), new RangeError('second: a flow goes to a later stage only'))
  const learned = { specs: 'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]', priority: 1, hard: 5, limit: 10 }
  t.throws(() => back.learn(first, learned), { message: /^first: flows are learned in later stages only/ })
  t.throws(() => first.otherwise.learn(second, { ...learned, hard: 0 }), { message: /^hard: 0; / })
})

t.test('a drop has a name, and comes before what is done besides', async (t) => {
  const flow = first.when({ ethType: 0x0806 }, 5).drop('no questions').punt()
  t.match(flow.build(), { drop: 'no questions' })
  t.match(actionsOf(flow), /^controller\(.*meter_id=7\)$/)
  t.equal(actionsOf(first.otherwise.drop('rest')), 'drop')
  for (const begun of [first.otherwise.punt(), first.otherwise.output(1), first.otherwise.meter(2)]) {
    t.throws(() => begun.drop('late'), new RangeError('drop("late"): comes first, before punt() and the like'))
  }
  t.throws(() => first.otherwise.goto(second).drop('late'), RangeError)
})

t.test('punts pass through the meter of the app where the switch has meters', async (t) => {
  t.match(actionsOf(first.otherwise.punt(64)), /^controller\(.*max_len=64.*meter_id=7\)$/)
  t.equal(actionsOf(plain.first.otherwise.punt()), 'CONTROLLER:65535')
})
