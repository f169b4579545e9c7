import { CURRENT_TABLE } from '../../../controller/openflow/actions/resubmit.ts'
import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Step } from '../tables/entry.ts'
import { actionSetOrder } from './action-set.ts'
import type { Some } from './executor.ts'

const resubmit = (passage: Passage, inPort: number, tableId: number): void =>
  passage.table(
    tableId === CURRENT_TABLE ? passage.tableId : tableId,
    inPort === Port.IN_PORT ? passage.inPort : inPort,
  )

/** The words of the packet's 5-tuple, and of that of its connection's original direction. */
const swaps: readonly (readonly [packet: number, original: number])[] = [
  [Word.IPV4_SRC, Word.CT_NW_SRC],
  [Word.IPV4_DST, Word.CT_NW_DST],
  [Word.PORTS, Word.CT_PORTS],
  ...[0, 1, 2, 3].flatMap((n): [number, number][] => [
    [Word.IPV6_SRC + n, Word.CT_IPV6_SRC + n],
    [Word.IPV6_DST + n, Word.CT_IPV6_DST + n],
  ]),
]

/** Matches the packet as if its addresses and ports were those of its connection's original direction. */
const resubmitOriginal = (passage: Passage, inPort: number, tableId: number): void => {
  const { key } = passage
  const saved = swaps.map(([word]) => key[word] as number)
  if (key[Word.CT_PROTO] !== 0) for (const [word, original] of swaps) key[word] = key[original] as number
  resubmit(passage, inPort, tableId)
  for (const [index, [word]] of swaps.entries()) key[word] = saved[index] as number
}

const outputTypes = new Set<Step['type']>(['output', 'group'])

/** The port that the action set outputs to, for matches on it (OpenFlow 1.3.5 §7.2.3.7 "actset_output"). */
const showActionSet = (passage: Passage): void => {
  const set = passage.actionSet
  const end = set.findLast(({ type }) => outputTypes.has(type))
  const grouped = set.some(({ type }) => type === 'group')
  passage.key[Word.ACTSET_OUTPUT] = (end?.type === 'output' && !grouped ? end.port : Port.UNSET) | 0
}

/** Steps that lead through tables, and instructions. */
export const flowExecutors: Some<
  | 'resubmit'
  | 'resubmitTable'
  | 'resubmitTableCt'
  | 'exit'
  | 'clone'
  | 'gotoTable'
  | 'writeActions'
  | 'clearActions'
  | 'meter'
> = {
  resubmit: (passage, { inPort }) => resubmit(passage, inPort, CURRENT_TABLE),
  resubmitTable: (passage, { inPort, tableId }) => resubmit(passage, inPort, tableId),
  resubmitTableCt: (passage, { inPort, tableId }) => resubmitOriginal(passage, inPort, tableId),
  exit: (passage) => passage.drop(),
  clone(passage, { actions }) {
    const saved = passage.save()
    // The packet's copy ends as the packet does, with its action set.
    const endCopy = (): void => {
      const steps = actionSetOrder(passage.actionSet)
      passage.actionSet = []
      passage.nest([{ steps, end: () => passage.restore(saved) }])
    }
    passage.nest([{ steps: actions, end: endCopy }])
  },
  gotoTable: (passage, { tableId }) => passage.table(tableId),
  writeActions(passage, { actions }) {
    passage.actionSet = [...passage.actionSet, ...actions]
    showActionSet(passage)
  },
  clearActions(passage) {
    passage.actionSet = []
    showActionSet(passage)
  },
  meter(passage, { meterId }) {
    const { meters, clock } = passage.datapath
    if (meters.pass(meterId, passage.frame.length, clock.now())) return
    passage.note('dropped by the meter')
    passage.drop()
  },
}
