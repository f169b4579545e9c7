import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { formatDpid, type SwitchPlan } from '../../engine/index.ts'
import { changeView } from '../views.ts'

/** Changes written between looks at what else there is to do: some ten milliseconds' worth. */
const perTurn = 500

async function* changesText({ operations }: SwitchPlan): AsyncGenerator<string> {
  for (let at = 0; at < operations.length; at += perTurn) {
    if (at > 0) await nextTurn()
    const some = operations.slice(at, at + perTurn).map((operation) => JSON.stringify(changeView(operation)))
    yield `${at === 0 ? '' : ','}${some.join()}`
  }
}

async function* planText(app: string, switches: readonly SwitchPlan[]): AsyncGenerator<string> {
  yield `{"app":${JSON.stringify(app)},"switches":[`
  for (const [at, one] of switches.entries()) {
    yield `${at === 0 ? '' : ','}{"dpid":"${formatDpid(one.dpid)}","changes":[`
    yield* changesText(one)
    yield ']}'
  }
  yield ']}'
}

/** A plan as JSON, a piece at a time: of an app of a million flows it has hundreds of megabytes. */
export const planStream = (app: string, switches: readonly SwitchPlan[]): Readable =>
  Readable.from(planText(app, switches))
