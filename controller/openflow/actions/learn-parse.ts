import { parseSubfield, type Subfield } from '../fields/subfield.ts'
import { bigInteger, type Item, integer, items } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { own } from '../wire/names.ts'
import type { LearnSpec } from './learn-spec.ts'
import { parseSpec } from './learn-text.ts'

/** How a flow is learned (NX_LEARN_F_* of Open vSwitch). */
export const LearnFlags = { SEND_FLOW_REM: 1, DELETE_LEARNED: 2, WRITE_RESULT: 4 } as const

/** The last table that a flow can be learned in. */
const lastTable = 254

const draft = () => ({
  idleTimeout: 0,
  hardTimeout: 0,
  priority: 32768,
  cookie: 0n,
  flags: 0,
  tableId: 1,
  finIdleTimeout: 0,
  finHardTimeout: 0,
  limit: 0,
})

type Draft = ReturnType<typeof draft> & { resultDst?: Subfield }

const resultBit = (text: string): Subfield => {
  const found = parseSubfield(text)
  if (found.bits !== 1 || !found.code.field.writable) throw new TextSyntaxError(text, 'one writable bit is expected')
  return found
}

const setters: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  table: (flow, value) => {
    flow.tableId = integer(value, lastTable)
  },
  priority: (flow, value) => {
    flow.priority = integer(value, 0xffff)
  },
  idle_timeout: (flow, value) => {
    flow.idleTimeout = integer(value, 0xffff)
  },
  hard_timeout: (flow, value) => {
    flow.hardTimeout = integer(value, 0xffff)
  },
  fin_idle_timeout: (flow, value) => {
    flow.finIdleTimeout = integer(value, 0xffff)
  },
  fin_hard_timeout: (flow, value) => {
    flow.finHardTimeout = integer(value, 0xffff)
  },
  cookie: (flow, value) => {
    flow.cookie = bigInteger(value)
  },
  send_flow_rem: (flow) => {
    flow.flags |= LearnFlags.SEND_FLOW_REM
  },
  delete_learned: (flow) => {
    flow.flags |= LearnFlags.DELETE_LEARNED
  },
  limit: (flow, value) => {
    flow.limit = integer(value)
  },
  result_dst: (flow, value) => {
    flow.flags |= LearnFlags.WRITE_RESULT
    flow.resultDst = resultBit(value)
  },
}

/** Parses what learn(…) holds; the older form of the action where it can say it all. */
export const parseLearn = (text: string) => {
  const flow: Draft = draft()
  const specs: LearnSpec[] = []
  const read = (item: Item): void => {
    const setter = own(setters, item.key)
    if (setter) setter(flow, item.value)
    else specs.push(parseSpec(item))
  }
  items(text).forEach(read)
  const { limit, ...older } = flow
  const isOlder = limit === 0 && flow.resultDst === undefined
  return isOlder ? { type: 'learn', ...older, specs } : { type: 'learn2', ...flow, specs }
}
