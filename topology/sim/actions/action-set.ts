import type { Step } from '../tables/entry.ts'

type Type = Step['type']

/** Actions of which an action set keeps the last, in the order in which they run (OpenFlow 1.3.5 §5.10). */
const first: readonly Type[] = [
  'copyTtlIn',
  'popVlan',
  'popMpls',
  'popPbb',
  'pushMpls',
  'pushPbb',
  'pushVlan',
  'copyTtlOut',
  'decNwTtl',
  'decTtlCntIds',
  'decMplsTtl',
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
const ends: readonly Type[] = ['group', 'output', 'resubmitTable', 'ct']

const last = (set: readonly Step[], type: Type): readonly Step[] => {
  const found = set.findLast((step) => step.type === type)
  return found === undefined ? [] : [found]
}

/** The actions of an action set that run, in the order in which they do. A set without an end drops the packet. */
export const actionSetOrder = (set: readonly Step[]): readonly Step[] => {
  const end = ends.flatMap((type) => last(set, type))[0]
  if (end === undefined) return []
  return [
    ...first.flatMap((type) => last(set, type)),
    ...set.filter(({ type }) => writes.has(type)),
    ...last(set, 'setQueue'),
    end,
  ]
}
