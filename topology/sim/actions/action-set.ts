import type { Step } from '../tables/entry.ts'

type Type = Step['type']

/** Actions of which an action set keeps the last, in the order in which they run (OpenFlow 1.3.5 §5.10). */
const first: readonly (readonly Type[])[] = [
  ['copyTtlIn'],
  ['popVlan'],
  ['popMpls'],
  ['popPbb'],
  ['pushMpls'],
  ['pushPbb'],
  ['pushVlan'],
  ['copyTtlOut'],
  ['decNwTtl', 'decTtlCntIds'],
  ['decMplsTtl'],
]

/** Actions that write fields: all are kept, in their order. */
const writes = new Set<Type>([
  'setField',
  'regMove',
  'copyField',
  'regLoad',
  'regLoad2',
  'setMplsTtl',
  'setMplsLabel',
  'setMplsTc',
  'setNwTtl',
  'setVlanVid',
  'setVlanPcp',
  'setDlSrc',
  'setDlDst',
  'setNwSrc',
  'setNwDst',
  'setNwTos',
  'setNwEcn',
  'setTpSrc',
  'setTpDst',
  'setTunnel',
  'setTunnel64',
])

/** Where the packet goes: of these types only the first that is there runs. */
const ends: readonly (readonly Type[])[] = [['group'], ['output'], ['resubmitTable'], ['ct']]

const last = (set: readonly Step[], types: readonly Type[]): readonly Step[] => {
  const found = set.findLast((step) => types.includes(step.type))
  return found === undefined ? [] : [found]
}

/** Whether an action set may hold an action. */
export const isSetAction = (type: Type): boolean =>
  type === 'setQueue' || writes.has(type) || [...first, ...ends].some((types) => types.includes(type))

/** The actions of an action set that run, in the order in which they do. A set without an end drops the packet. */
export const actionSetOrder = (set: readonly Step[]): readonly Step[] => {
  const end = ends.flatMap((types) => last(set, types))[0]
  if (end === undefined) return []
  return [
    ...first.flatMap((types) => last(set, types)),
    ...set.filter(({ type }) => writes.has(type)),
    ...last(set, ['setQueue']),
    end,
  ]
}
