import t from 'tap'
import { type Claim, DesiredTable } from '../../controller/engine/desired.ts'
import { FlowCommand, transactionSteps } from '../../controller/engine/transaction.ts'
import { type Flow, pipeline } from '../../controller/flow/index.ts'
import fc from '../support/random.ts'

const { only } = pipeline(['only'])
const owner = { app: 'a', rule: 'r', object: '', cookieHigh: 1, cookieLow: 2 }

/** A flow of few that there may be, in one of three forms. */
const flowOf = (number: number, form: number): Claim<Flow> => {
  const flow = only.when({ ethDst: number }).output(1)
  return { owner, thing: (form === 2 ? flow.expire({ idle: 9 }) : flow.output(form)).build() }
}

/** Sets a flow to a form; 3 takes it away. */
const change = fc.record({ number: fc.integer({ min: 0, max: 5 }), form: fc.integer({ min: 0, max: 3 }) })

/** Changes, and whether the switch is told as many steps further after each of them. */
const story = fc.array(fc.record({ change, steps: fc.integer({ min: 0, max: 3 }) }), { maxLength: 40 })

/** A switch as far as flows go: what a modification leaves as it was stays. */
class Switch {
  readonly flows = new Map<string, string>()

  apply(command: number, { key, effect }: Flow): void {
    const settings = 6
    const held = this.flows.get(key)
    if (command === FlowCommand.ADD) this.flows.set(key, effect)
    else if (command === FlowCommand.DELETE_STRICT) this.flows.delete(key)
    else if (held !== undefined) this.flows.set(key, held.slice(0, settings) + effect.slice(settings))
  }
}

const sorted = (entries: Iterable<readonly [string, string]>): string => JSON.stringify([...entries].sort())

t.test('whatever changes while a transaction is being made, the switch comes to hold what is wanted', (t) => {
  const result = fc.check(
    fc.property(story, (events) => {
      const desired = new DesiredTable()
      const sw = new Switch()
      let steps = transactionSteps(desired.takeChanges(), desired)
      const step = (): boolean => {
        const { done, value } = steps.next()
        if (!done) return true
        for (const { command, thing } of value.bundled) sw.apply(command, thing as Flow)
        steps = transactionSteps(desired.takeChanges(), desired)
        return value.bundled.length > 0
      }
      for (const { change, steps } of events) {
        const claim = flowOf(change.number, change.form)
        if (change.form === 3) desired.flows.remove(claim.thing.key, owner)
        else desired.flows.add(claim.thing.key, claim)
        for (let count = 0; count < steps; count++) step()
      }
      for (let count = 0; count < 50; count++) step()
      const wanted = [...desired.flows.entries()].map(([key, { thing }]) => [key, thing.effect] as const)
      return sorted(wanted) === sorted(sw.flows)
    }),
    { numRuns: 2_000 },
  )
  t.notOk(result.failed, JSON.stringify(result.counterexample))
  t.end()
})
